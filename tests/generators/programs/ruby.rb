# Complete items, then some fields of items. Without :multi, arrays are sent as fields[0].
config = OpenapiClient::Configuration.new
config.scheme, config.host, config.base_path = "http", ARGV[0].sub("http://", ""), ""
config.server_index = nil
config.params_encoding = :multi
api = OpenapiClient::QuotesApi.new(OpenapiClient::ApiClient.new(config))
[{ limit: 2 }, { limit: 2, fields: ["text"] }].each do |options|
  page = api.list_quotes(options)
  puts "#{page.class.name.split("::").last} #{page.data[0].text}"
end
