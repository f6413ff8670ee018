<?php
/**
 * Plugin Name:       Subtext
 * Description:       Search the quotes of a Subtext service and show them with their credit. Pasted URLs of quotes, films and themes work, too.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           MIT
 * License URI:       https://opensource.org/license/mit
 * Text Domain:       subtext
 *
 * Posts contain the words and the credit of a quote as plain HTML, so they outlast the service and this plugin. A
 * background task asks the service once a day whether a quote was corrected, flagged or deleted. Readers' browsers
 * never contact the service.
 *
 * @package subtext
 */

namespace Subtext;

defined( 'ABSPATH' ) || exit;

const ID_PATTERN         = '[a-z0-9]+(?:-[a-z0-9]+)*';
// A quote is known by its id, the quotes of a film or theme by a path such as `films/her-2013`.
const KEY_PATTERN        = '(?:(?:films|themes)/)?' . ID_PATTERN;
const TIMEOUT_SECONDS    = 3;
const MAX_RESPONSE_BYTES = 1048576;
const CACHE_SECONDS      = 90 * DAY_IN_SECONDS;

/*
 * The service's URL: the constant SUBTEXT_URL, or the option on Settings → Writing.
 */

/** Returns the base URL of the service, or '' if none is set. */
function service_url(): string {
	return valid_url( defined( 'SUBTEXT_URL' ) ? constant( 'SUBTEXT_URL' ) : get_option( 'subtext_url', '' ) );
}

/** Returns a base URL without its trailing slash, or '' if it is not an HTTP URL or has more than host and path. */
function valid_url( $url ): string {
	$url   = is_string( $url ) ? untrailingslashit( trim( $url ) ) : '';
	$parts = wp_parse_url( $url );
	if ( ! $parts || array_diff_key( $parts, array_flip( array( 'scheme', 'host', 'port', 'path' ) ) ) ) {
		return '';
	}
	$is_http = isset( $parts['scheme'], $parts['host'] ) && in_array( $parts['scheme'], array( 'http', 'https' ), true );
	// esc_url_raw() drops characters that no URL has.
	return $is_http && esc_url_raw( $url ) === $url ? $url : '';
}

/** Returns the key of the quote, or of the quotes of a film or theme, at a URL; '' if it is none of the service's. */
function quote_key( $url ): string {
	$service = service_url();
	$pattern = '~^' . preg_quote( set_url_scheme( $service, 'http' ), '~' ) . '/(?|quotes/(' . ID_PATTERN . ')|((?:films|themes)/' . ID_PATTERN . '))/?(?:[?#].*)?$~D';
	return $service && preg_match( $pattern, set_url_scheme( $url, 'http' ), $match ) ? $match[1] : '';
}

add_action(
	'admin_init',
	function () {
		register_setting( 'writing', 'subtext_url', array( 'sanitize_callback' => __NAMESPACE__ . '\sanitize_setting' ) );
		add_settings_field( 'subtext_url', __( 'Subtext URL', 'subtext' ), __NAMESPACE__ . '\show_setting', 'writing', 'default', array( 'label_for' => 'subtext_url' ) );
	}
);

/** Returns a valid setting. An invalid one is reported, and the old one kept. */
function sanitize_setting( $value ): string {
	$url = valid_url( $value );
	if ( '' === $url && '' !== trim( (string) $value ) ) {
		add_settings_error( 'subtext_url', 'invalid', __( 'The Subtext URL must begin with https:// or http:// and contain nothing but a host and a path.', 'subtext' ) );
		return get_option( 'subtext_url', '' );
	}
	return $url;
}

function show_setting(): void {
	printf(
		'<input type="url" class="regular-text code" id="subtext_url" name="subtext_url" value="%s" placeholder="https://subtext.example" %s>',
		esc_attr( service_url() ),
		disabled( defined( 'SUBTEXT_URL' ), true, false )
	);
}

/*
 * Quotes: requested by the server in the background, and kept if the service is down.
 */

/**
 * Returns what is known of a quote.
 *
 * @return array{html: string, etag: string, gone: bool, next: int} `html` is '' if unknown, `gone` is true if the
 *         quote was deleted, and `next` is the time of the next request.
 */
function stored_quote( string $key ): array {
	$stored = get_transient( cache_key( $key ) );
	return is_array( $stored ) ? $stored : array( 'html' => '', 'etag' => '', 'gone' => false, 'next' => 0 );
}

function cache_key( string $key ): string {
	return 'subtext_' . md5( service_url() . '/' . $key );
}

/** Requests a quote, stores the response, and returns what is then known. Failures keep what was known before. */
function refresh( string $key ): array {
	$quote = stored_quote( $key );
	if ( ! service_url() || ! preg_match( '~^' . KEY_PATTERN . '$~D', $key ) ) {
		return $quote;
	}
	$response = wp_safe_remote_get(
		service_url() . '/' . ( strpos( $key, '/' ) ? $key : "quotes/$key" ) . '/snippet',
		array(
			'timeout'             => TIMEOUT_SECONDS,
			'limit_response_size' => MAX_RESPONSE_BYTES,
			'user-agent'          => 'Subtext for WordPress',
			'headers'             => array_filter( array( 'Accept' => 'application/json', 'If-None-Match' => $quote['etag'] ) ),
		)
	);
	$quote    = apply_response( $quote, $response );
	set_transient( cache_key( $key ), $quote, CACHE_SECONDS );
	return $quote;
}
add_action( 'subtext_refresh', __NAMESPACE__ . '\refresh' );

/** Returns what is known of a quote after a response. */
function apply_response( array $quote, $response ): array {
	$status        = wp_remote_retrieve_response_code( $response );
	$body          = json_decode( wp_remote_retrieve_body( $response ), true );
	$quote['next'] = time() + DAY_IN_SECONDS;
	if ( 200 === $status && is_string( $body['html'] ?? null ) ) {
		$etag = (string) wp_remote_retrieve_header( $response, 'etag' );
		return array( 'html' => clean( $body['html'] ), 'etag' => $etag, 'gone' => false ) + $quote;
	}
	if ( 410 === $status ) {
		return array( 'html' => '', 'etag' => '', 'gone' => true ) + $quote;
	}
	if ( 304 !== $status ) {
		$quote['next'] = time() + HOUR_IN_SECONDS;
	}
	return $quote;
}

/** Returns the HTML of a quote: what the service last said, else what the post contains; '' if it was deleted. */
function current_html( string $key, string $in_post ): string {
	$quote = stored_quote( $key );
	if ( time() >= $quote['next'] && ! wp_next_scheduled( 'subtext_refresh', array( $key ) ) ) {
		wp_schedule_single_event( time(), 'subtext_refresh', array( $key ) );
	}
	if ( $quote['gone'] ) {
		return '';
	}
	return $quote['html'] ? $quote['html'] : $in_post;
}

/**
 * Returns a quote's HTML with a few elements only, its words folded below their content note.
 *
 * A script and an iframe go, since they would send readers to the service. `bdi` is not among the elements that
 * WordPress lets authors save, but `dir="auto"` is, and isolates names, too.
 */
function clean( string $html ): string {
	$allowed = array(
		'figure'     => array( 'class' => true, 'dir' => true ),
		'blockquote' => array( 'cite' => true, 'lang' => true, 'dir' => true ),
		'p'          => array( 'class' => true, 'lang' => true, 'dir' => true ),
		'figcaption' => array( 'dir' => true ),
		'cite'       => array( 'dir' => true ),
		'a'          => array( 'href' => true ),
		'bdi'        => array( 'dir' => true ),
		'br'         => array(),
		// The quotes of a film or theme, in pages.
		'section'    => array( 'class' => true ),
		'details'    => array( 'name' => true, 'open' => true ),
		'summary'    => array(),
	);
	// wp_kses() would turn the text `&amp;#60;` into `&#60;`.
	$html    = str_replace( '&amp;', '&#38;', $html );
	$html    = trim( wp_kses( $html, $allowed, array( 'http', 'https' ) ) );
	$html    = preg_replace( array( '~<bdi>~', '~<bdi ~', '~</bdi>~' ), array( '<span dir="auto">', '<span ', '</span>' ), $html );
	// A post in another direction does not move the full stop.
	$html    = preg_replace( '~<(blockquote|figcaption)(?![^>]*\sdir=)~', '<$1 dir="auto"', $html );
	$note    = '~<p class="subtext-note"([^>]*)>(.*?)</p>\s*(<blockquote.*?</blockquote>)~s';
	return preg_replace( $note, '<details class="subtext-note"><summary$1>$2</summary>$3</details>', $html );
}

register_deactivation_hook(
	__FILE__,
	function () {
		wp_unschedule_hook( 'subtext_refresh' );
	}
);
register_uninstall_hook( __FILE__, __NAMESPACE__ . '\uninstall' );

function uninstall(): void {
	delete_option( 'subtext_url' );
}

/*
 * Pasted URLs: the service is an oEmbed provider. WordPress stores the HTML with the post.
 */

add_action(
	'init',
	function () {
		if ( service_url() ) {
			foreach ( array( 'http', 'https' ) as $scheme ) {
				foreach ( array( 'quotes', 'films', 'themes' ) as $type ) {
					wp_oembed_add_provider( set_url_scheme( service_url(), $scheme ) . "/$type/*", service_url() . '/oembed' );
				}
			}
		}
	}
);

/** Replaces the iframe of an oEmbed response by the words. */
function parse_oembed( $html, $data, $url ) {
	$key = quote_key( $url );
	if ( ! $key || ! is_string( $html ) ) {
		return $html;
	}
	$quote = refresh( $key );
	return $quote['html'] ? in_wrapper( $quote['html'] ) : in_wrapper( clean( $html ) );
}
add_filter( 'oembed_dataparse', __NAMESPACE__ . '\parse_oembed', 20, 3 );

/** Shows the current words in place of those that WordPress stored with the post. */
function show_oembed( $html, $url ) {
	$key = quote_key( $url );
	if ( ! $key || ! is_string( $html ) ) {
		return $html;
	}
	wp_enqueue_style( 'subtext-quote' );
	$current = current_html( $key, '' );
	if ( $current ) {
		return in_wrapper( $current );
	}
	// Stored HTML may be older than this plugin, with an iframe.
	return stored_quote( $key )['gone'] ? '' : in_wrapper( clean( $html ) );
}
add_filter( 'embed_oembed_html', __NAMESPACE__ . '\show_oembed', 10, 2 );

function in_wrapper( string $html ): string {
	return '<div class="wp-block-subtext-quote">' . $html . '</div>';
}

/*
 * The block.
 */

/** Shows the current words in place of those in the post. */
function render_block( array $attributes, string $content ): string {
	$id = $attributes['quote'] ?? '';
	if ( ! is_string( $id ) || ! preg_match( '~^' . ID_PATTERN . '$~D', $id ) || ! service_url() ) {
		return $content;
	}
	$html = current_html( $id, $content );
	return '' === $html || $html === $content ? $html : '<div ' . get_block_wrapper_attributes() . '>' . $html . '</div>';
}

add_action(
	'init',
	function () {
		$version = '1.0.0';
		wp_register_style( 'subtext-quote', false, array(), $version );
		wp_add_inline_style( 'subtext-quote', STYLE );
		$dependencies = array( 'wp-a11y', 'wp-api-fetch', 'wp-block-editor', 'wp-blocks', 'wp-components', 'wp-element', 'wp-i18n' );
		wp_register_script( 'subtext-quote-editor', false, $dependencies, $version, true );
		wp_add_inline_script( 'subtext-quote-editor', 'var subtextQuote = ' . wp_json_encode( array( 'url' => service_url() ) ) . ';' );
		wp_add_inline_script( 'subtext-quote-editor', EDITOR_SCRIPT );
		register_block_type( __DIR__, array( 'render_callback' => __NAMESPACE__ . '\render_block' ) );
	}
);

/** Lets the editor request the HTML of a quote, so that it is cleaned in one place. */
add_action(
	'rest_api_init',
	function () {
		register_rest_route(
			'subtext/v1',
			'/quotes/(?P<id>' . ID_PATTERN . ')',
			array(
				'methods'             => 'GET',
				'permission_callback' => function () {
					return current_user_can( 'edit_posts' );
				},
				'callback'            => function ( \WP_REST_Request $request ) {
					$html = refresh( $request['id'] )['html'];
					return $html ? array( 'html' => $html ) : new \WP_Error( 'subtext_unavailable', __( 'The service did not return this quote.', 'subtext' ), array( 'status' => 502 ) );
				},
			)
		);
	}
);

const STYLE = <<<'CSS'
.wp-block-subtext-quote .subtext-quote{margin:0;padding:0;border:0}
.wp-block-subtext-quote .subtext-quotes .subtext-quote{margin-block:1.25em}
.wp-block-subtext-quote .subtext-quote blockquote{margin:0;padding:0;padding-inline-start:1em;border:0 solid;border-inline-start-width:3px;font-size:1.125em;overflow-wrap:anywhere}
.wp-block-subtext-quote blockquote p{margin:0}
.wp-block-subtext-quote figcaption{margin:.5em 0 0;padding:0;font-size:.875em;text-align:start;overflow-wrap:anywhere}
.wp-block-subtext-quote summary{cursor:pointer}
.wp-block-subtext-quote details blockquote{margin-block-start:.5em}
CSS;

const EDITOR_SCRIPT = <<<'JS'
( function ( wp, service ) {
	const { createElement: el, useEffect, useState } = wp.element;
	const { __ } = wp.i18n;
	const { BlockControls, useBlockProps } = wp.blockEditor;
	const { Button, Disabled, Notice, Placeholder, Spinner, TextControl, ToggleControl, ToolbarButton, ToolbarGroup } = wp.components;

	async function search( words, flagged, signal ) {
		const query = new URLSearchParams( { limit: 10, fields: 'label,text,omitted_before,omitted_after,language,speaker,attributed_to,film,source,advisories' } );
		if ( words ) {
			query.set( 'q', words );
		}
		if ( ! flagged ) {
			query.set( 'max_severity', 0 );
		}
		const options = { signal, credentials: 'omit', referrerPolicy: 'no-referrer' };
		const response = await fetch( service + '/v1/quotes?' + query, options );
		const body = await response.json();
		if ( ! response.ok ) {
			throw new Error( body.errors.length ? body.errors[ 0 ].detail : body.detail );
		}
		return body.data;
	}

	function Result( { quote, onPick } ) {
		const who = quote.speaker ? quote.speaker.label : quote.attributed_to;
		const where = quote.source && 'as quoted in “' + quote.source.label + '”';
		const credit = [ who, quote.film.label, where ].filter( Boolean ).join( ', ' );
		const notes = quote.advisories.map( ( { label } ) => label ).join( ', ' );
		const text = ( quote.omitted_before ? '…' : '' ) + quote.text + ( quote.omitted_after ? '…' : '' );
		return el(
			'li',
			null,
			el(
				Button,
				{ onClick: onPick, style: { height: 'auto', whiteSpace: 'normal', textAlign: 'start', display: 'block' } },
				el( 'span', { lang: notes ? undefined : quote.language, dir: 'auto', style: { display: 'block' } }, notes ? quote.label : text ),
				el( 'small', null, notes ? credit + ' · ' + notes : credit )
			)
		);
	}

	function Search( { setAttributes } ) {
		const [ words, setWords ] = useState( '' );
		const [ flagged, setFlagged ] = useState( false );
		const [ found, setFound ] = useState( null );
		const [ error, setError ] = useState( '' );
		useEffect( () => {
			const request = new AbortController();
			const wait = setTimeout( () => {
				search( words, flagged, request.signal ).then(
					( quotes ) => {
						setError( '' );
						setFound( quotes );
						wp.a11y.speak( quotes.length ? __( 'Quotes found.', 'subtext' ) : __( 'No quotes found.', 'subtext' ) );
					},
					( failure ) => request.signal.aborted || setError( __( 'The search failed:', 'subtext' ) + ' ' + failure.message )
				);
			}, 300 );
			return () => {
				clearTimeout( wait );
				request.abort();
			};
		}, [ words, flagged ] );
		const pick = ( id ) =>
			wp.apiFetch( { path: '/subtext/v1/quotes/' + id } ).then(
				( { html } ) => setAttributes( { quote: id, html } ),
				( failure ) => setError( failure.message )
			);
		return el(
			Placeholder,
			{ icon: 'format-quote', label: __( 'Subtext quote', 'subtext' ), isColumnLayout: true },
			el( TextControl, { label: __( 'Search quotes', 'subtext' ), type: 'search', value: words, onChange: setWords, autoComplete: 'off' } ),
			el( ToggleControl, { label: __( 'Include quotes with a content note', 'subtext' ), checked: flagged, onChange: setFlagged } ),
			error && el( Notice, { status: 'error', isDismissible: false }, error ),
			! found && ! error && el( Spinner ),
			found && ! found.length && el( 'p', null, __( 'No quotes found.', 'subtext' ) ),
			found &&
				el(
					'ul',
					{ style: { listStyle: 'none', margin: 0, padding: 0 } },
					found.map( ( quote ) => el( Result, { key: quote.id, quote, onPick: () => pick( quote.id ) } ) )
				)
		);
	}

	function Edit( { attributes: { html }, setAttributes } ) {
		const props = useBlockProps();
		if ( html ) {
			return el(
				wp.element.Fragment,
				null,
				el(
					BlockControls,
					null,
					el(
						ToolbarGroup,
						null,
						el( ToolbarButton, { onClick: () => setAttributes( { quote: undefined, html: undefined } ) }, __( 'Replace', 'subtext' ) )
					)
				),
				el( 'div', props, el( Disabled, null, el( 'div', { dangerouslySetInnerHTML: { __html: html } } ) ) )
			);
		}
		if ( ! service ) {
			const where = __( 'Enter the URL of the service on Settings → Writing first.', 'subtext' );
			return el( 'div', props, el( Placeholder, { icon: 'format-quote', label: __( 'Subtext quote', 'subtext' ), instructions: where } ) );
		}
		return el( 'div', props, el( Search, { setAttributes } ) );
	}

	wp.blocks.registerBlockType( 'subtext/quote', {
		edit: Edit,
		save: ( { attributes: { html } } ) =>
			html ? el( 'div', wp.blockEditor.useBlockProps.save( { dangerouslySetInnerHTML: { __html: html } } ) ) : null,
	} );
} )( window.wp, window.subtextQuote.url );
JS;
