<?php
// Complete items, then some fields of items. By default, booleans are sent as 0 and 1.
require '/usr/share/php/GuzzleHttp/autoload.php';
spl_autoload_register(function ($name) {
    $path = __DIR__ . '/lib/' . str_replace(['OpenAPI\\Client\\', '\\'], ['', '/'], $name) . '.php';
    if (is_file($path)) require $path;
});
OpenAPI\Client\Configuration::getDefaultConfiguration()->setBooleanFormatForQueryString('string');
$config = (new OpenAPI\Client\Configuration())->setHost($argv[1]);
$api = new OpenAPI\Client\Api\QuotesApi(new GuzzleHttp\Client(), $config);
foreach ([['limit' => 2], ['limit' => 2, 'fields' => ['text']]] as $options) {
    $page = $api->listQuotes(...$options);
    echo (new ReflectionClass($page))->getShortName(), ' ', $page->getData()[0]->getText(), "\n";
}
