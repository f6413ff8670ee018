"""A WordPress site: Debian's package, copied to a folder, over a MariaDB server of its own, behind PHP's web server."""

import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import ROOT, free_port
from tests.waiting import until

PACKAGE = Path("/usr/share/wordpress")
PLUGIN = ROOT / "docs" / "wordpress" / "subtext"
PASSWORD = "correct horse battery staple"

CONFIG = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DISALLOW_FILE_MODS', true );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '{folder}/debug.log' );
// The tests start background tasks themselves.
define( 'DISABLE_WP_CRON', true );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {{
	define( 'ABSPATH', __DIR__ . '/' );
}}
require_once ABSPATH . 'wp-settings.php';
"""

#: WordPress requests no hosts that are on this machine, unless a site allows it, and this site requests no others.
LOOPBACK = """<?php
add_filter( 'http_request_host_is_external', fn ( $allowed, $host ) => '127.0.0.1' === $host, 10, 2 );
add_filter( 'http_allowed_safe_ports', fn ( $ports, $host, $url ) => [ wp_parse_url( $url, PHP_URL_PORT ) ], 10, 3 );
add_filter( 'pre_http_request', function ( $response, $arguments, $url ) {
	file_put_contents( WP_CONTENT_DIR . '/requests.log', $url . PHP_EOL, FILE_APPEND );
	return '127.0.0.1' === wp_parse_url( $url, PHP_URL_HOST ) ? $response : new WP_Error( 'offline', 'There is no network.' );
}, 10, 3 );
add_filter( 'get_avatar', '__return_empty_string' );
// Pictures of emoji come from another host.
remove_action( 'wp_head', 'print_emoji_detection_script', 7 );
add_action( 'init', fn () => $GLOBALS['wp_locale']->text_direction = isset( $_GET['rtl'] ) ? 'rtl' : 'ltr' );
"""

PROGRAM = """
[ , $folder, $json ] = $argv;
$argument = json_decode( $json, true );
$_SERVER['HTTP_HOST'] = '127.0.0.1';
if ( isset( $argument['installing'] ) ) {
	define( 'WP_INSTALLING', true );
}
require $folder . '/wp-load.php';
$result = ( function () use ( $argument ) { CODE } )();
echo PHP_EOL, json_encode( $result );
"""

INSTALL = """
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'A site', 'editor', 'editor@example.org', true, '', $argument['password'] );
update_option( 'siteurl', $argument['url'] );
update_option( 'home', $argument['url'] );
wp_insert_user( [ 'user_login' => 'writer', 'user_pass' => $argument['password'], 'role' => 'author' ] );
switch_theme( $argument['theme'] );
"""

LOG_IN = """
$user = get_user_by( 'login', $argument['user'] );
$end = time() + DAY_IN_SECONDS;
$token = WP_Session_Tokens::get_instance( $user->ID )->create( $end );
return [
	AUTH_COOKIE => wp_generate_auth_cookie( $user->ID, $end, 'auth', $token ),
	LOGGED_IN_COOKIE => wp_generate_auth_cookie( $user->ID, $end, 'logged_in', $token ),
];
"""

RUN_TASKS = """
foreach ( wp_get_ready_cron_jobs() as $time => $hooks ) {
	foreach ( $hooks['subtext_refresh'] ?? [] as $event ) {
		wp_unschedule_event( $time, 'subtext_refresh', $event['args'] );
		do_action_ref_array( 'subtext_refresh', $event['args'] );
	}
}
"""


def missing_program() -> str | None:
    """Return why there can be no site on this machine, or None if there can."""
    if not (PACKAGE / "wp-load.php").exists() or not shutil.which("php"):
        return "there is no WordPress (Debian: apt-get install wordpress php-cli)"
    if not shutil.which("mariadbd"):
        return "there is no MariaDB (Debian: apt-get install mariadb-server)"
    return None


@dataclass
class WordPress:
    """A running site: its URL, and the folder with its files."""

    url: str
    folder: Path

    def run(self, code, argument=None):
        """Run PHP code in WordPress, with an argument in ``$argument``; return what it returns."""
        program = PROGRAM.replace("CODE", code)
        command = [
            "php",
            "-d",
            "display_errors=stderr",
            "-r",
            program,
            str(self.folder),
            json.dumps(argument or {}),
        ]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
        return json.loads(run.stdout.splitlines()[-1])

    def set_service(self, url):
        """Set the URL of the service."""
        self.run("update_option( 'subtext_url', $argument['service'] );", {"service": url})

    def add_post(self, content, title="A review"):
        """Publish a post as the administrator; return its URL."""
        return self.run(
            "kses_remove_filters(); $id = wp_insert_post( wp_slash( [ 'post_title' => $argument['title'],"
            " 'post_content' => $argument['content'], 'post_status' => 'publish', 'post_author' => 1 ] ) );"
            "return get_permalink( $id );",
            {"title": title, "content": content},
        )

    def log_in(self, page, user):
        """Give a page's browser context the cookies of a user who has logged in."""
        cookies = self.run(LOG_IN, {"user": user})
        page.context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items()]
        )

    def run_tasks(self):
        """Run the plugin's background tasks that are due, as WordPress does after a page view."""
        self.run(RUN_TASKS)

    @property
    def requested_urls(self):
        """The URLs that the site itself requested since the log was cleared."""
        log = self.folder / "wp-content" / "requests.log"
        return log.read_text().splitlines() if log.exists() else []

    def clear_log(self):
        (self.folder / "wp-content" / "requests.log").unlink(missing_ok=True)

    @property
    def php_errors(self):
        """What PHP reported: warnings, notices, errors."""
        log = self.folder / "debug.log"
        return log.read_text() if log.exists() else ""


@contextmanager
def running_site(folder: Path, theme: str):
    """Install WordPress with the plugin, and run it until the end."""
    site = WordPress(f"http://127.0.0.1:{free_port()}", folder / "site")
    copy_files(site.folder, folder / "mysql.sock")
    with database_server(folder), web_server(site, folder / "web.log"):
        site.run(INSTALL, {"url": site.url, "password": PASSWORD, "theme": theme, "installing": True})
        site.run(
            "require ABSPATH . 'wp-admin/includes/plugin.php'; return activate_plugin( 'subtext/subtext.php' );"
        )
        yield site


def copy_files(folder, socket):
    shutil.copytree(PACKAGE, folder)
    (folder / "wp-config.php").write_text(CONFIG.format(socket=socket, folder=folder))
    shutil.copytree(PLUGIN, folder / "wp-content" / "plugins" / "subtext")
    (folder / "wp-content" / "mu-plugins").mkdir()
    (folder / "wp-content" / "mu-plugins" / "loopback.php").write_text(LOOPBACK)


@contextmanager
def database_server(folder):
    """A MariaDB server that listens on a socket only, with an empty database."""
    data, socket, log = folder / "mysql", folder / "mysql.sock", folder / "mysql.log"
    user = f"--user={'root' if os.geteuid() == 0 else os.environ['USER']}"
    install = [
        "mariadb-install-db",
        "--no-defaults",
        f"--datadir={data}",
        user,
        "--auth-root-authentication-method=normal",
    ]
    subprocess.run([*install, "--skip-test-db"], check=True, capture_output=True, timeout=120)
    server = [
        "mariadbd",
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={socket}",
        user,
        "--skip-networking",
    ]
    with running([*server, f"--pid-file={folder}/mysql.pid"], log):
        until(socket.exists)
        create = ["mariadb", "--no-defaults", f"--socket={socket}", "-e", "create database wordpress"]
        until(lambda: subprocess.run(create, capture_output=True, check=False).returncode == 0)
        yield


@contextmanager
def web_server(site, log):
    address = site.url.removeprefix("http://")
    # The editor sends several requests at once.
    environment = os.environ | {"PHP_CLI_SERVER_WORKERS": "4"}
    with running(["php", "-S", address, "-t", site.folder], log, env=environment, cwd=site.folder):
        yield


@contextmanager
def running(command, log, **options):
    """Run a program in a process group of its own, which is stopped at the end."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **options
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
