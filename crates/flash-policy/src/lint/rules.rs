//! The rules: one per file, with its page and its check. The file has the name of the rule.
//!
//! A rule whose mistakes only the parser sees has no check (`BY_PARSER`). Its file still has the name, the level,
//! the page and often the messages. Nothing here reads XML.

use alloc::vec::Vec;

use super::rule::LintRule;
use crate::spelling::nearest;

pub(crate) mod blocked_ports;
pub(crate) mod byte_order_mark;
pub(crate) mod carriage_return_line_endings;
pub(crate) mod copy_paste_artifact;
pub(crate) mod curly_quotes;
pub(crate) mod doctype;
pub(crate) mod doctype_internal_subset;
pub(crate) mod domain_with_path;
pub(crate) mod domain_with_port;
pub(crate) mod domain_with_scheme;
pub(crate) mod duplicate_attribute;
pub(crate) mod duplicate_rule;
pub(crate) mod duplicate_site_control;
pub(crate) mod element_order;
pub(crate) mod embedded_nul;
pub(crate) mod empty_domain;
pub(crate) mod empty_file;
pub(crate) mod empty_to_ports;
pub(crate) mod escaped_xml;
pub(crate) mod example_domain;
pub(crate) mod file_too_large;
pub(crate) mod header_rule_in_socket_policy;
pub(crate) mod html_page;
pub(crate) mod http_headers_in_file;
pub(crate) mod http_scheme_in_domain;
pub(crate) mod identity_rule_in_socket_policy;
pub(crate) mod internationalized_domain;
pub(crate) mod invalid_character;
pub(crate) mod invalid_comment;
pub(crate) mod invalid_doctype;
pub(crate) mod invalid_domain;
pub(crate) mod invalid_header_rule_domain;
pub(crate) mod invalid_headers;
pub(crate) mod invalid_port_range;
pub(crate) mod invalid_secure;
pub(crate) mod invalid_site_control;
pub(crate) mod invalid_to_ports;
pub(crate) mod invalid_utf_8;
pub(crate) mod invalid_xml_declaration;
pub(crate) mod large_policy;
pub(crate) mod larger_than_one_packet;
pub(crate) mod length_prefix;
pub(crate) mod lightspark_large_policy;
pub(crate) mod lightspark_port_range;
pub(crate) mod lightspark_scheme_in_domain;
pub(crate) mod lightspark_unsupported_element;
pub(crate) mod lightspark_waits_for_port;
pub(crate) mod loopback_domain;
pub(crate) mod low_ports_from_high_port;
pub(crate) mod malformed_attribute;
pub(crate) mod malformed_tag;
pub(crate) mod malformed_xml;
pub(crate) mod merge_conflict_marker;
pub(crate) mod mergeable_rules;
pub(crate) mod mismatched_quotes;
pub(crate) mod mismatched_tag;
pub(crate) mod missing_domain;
pub(crate) mod missing_headers;
pub(crate) mod missing_site_control_value;
pub(crate) mod missing_to_ports;
pub(crate) mod mixed_line_endings;
pub(crate) mod multiple_domains;
pub(crate) mod multiple_root_elements;
pub(crate) mod nested_rule;
pub(crate) mod no_rules;
pub(crate) mod non_ascii;
pub(crate) mod non_utf_8_declaration;
pub(crate) mod not_xml;
pub(crate) mod overlapping_ports;
pub(crate) mod partial_wildcard;
pub(crate) mod ports_in_crossdomain_xml;
pub(crate) mod ports_without_listener;
pub(crate) mod privileged_ports;
pub(crate) mod processing_instruction;
pub(crate) mod redundant_secure;
pub(crate) mod schema_reference;
pub(crate) mod secure_false_on_https;
pub(crate) mod secure_true_in_socket_policy;
pub(crate) mod secure_true_in_url_policy;
pub(crate) mod secure_with_http_scheme;
pub(crate) mod server_side_code;
pub(crate) mod shadowed_rule;
pub(crate) mod silverlight_flash_policy;
pub(crate) mod silverlight_in_crossdomain_xml;
pub(crate) mod silverlight_invalid_ports;
pub(crate) mod silverlight_invalid_protocol;
pub(crate) mod silverlight_invalid_structure;
pub(crate) mod silverlight_invalid_uri;
pub(crate) mod silverlight_needs_wildcard;
pub(crate) mod silverlight_no_socket_resource;
pub(crate) mod silverlight_port_out_of_range;
pub(crate) mod silverlight_whole_site;
pub(crate) mod site_control_all;
pub(crate) mod site_control_none_with_rules;
pub(crate) mod site_control_outside_master;
pub(crate) mod stray_text;
pub(crate) mod template_placeholder;
pub(crate) mod text_outside_root;
pub(crate) mod to_ports_in_url_policy;
pub(crate) mod too_deep;
pub(crate) mod too_many_attributes;
pub(crate) mod too_many_elements;
pub(crate) mod too_many_namespaces;
pub(crate) mod trailing_dot;
pub(crate) mod trailing_nul;
pub(crate) mod trusted_domain;
pub(crate) mod unclosed_element;
pub(crate) mod undefined_entity;
pub(crate) mod unescaped_character;
pub(crate) mod unity_large_policy;
pub(crate) mod unity_named_domain;
pub(crate) mod unity_non_ascii;
pub(crate) mod unity_unsupported_element;
pub(crate) mod unknown_attribute;
pub(crate) mod unknown_element;
pub(crate) mod unquoted_attribute;
pub(crate) mod unspecified_ip_address;
pub(crate) mod unusual_doctype;
pub(crate) mod utf_16;
pub(crate) mod whitespace_before_declaration;
pub(crate) mod whitespace_in_domain;
pub(crate) mod whitespace_in_to_ports;
pub(crate) mod wide_port_range;
pub(crate) mod wildcard_domain;
pub(crate) mod wildcard_headers;
pub(crate) mod wildcard_in_address;
pub(crate) mod wildcard_in_port_list;
pub(crate) mod wildcard_ports;
pub(crate) mod wildcard_top_level_domain;
pub(crate) mod word_as_domain;
pub(crate) mod wrong_case;
pub(crate) mod wrong_root_element;
pub(crate) mod www_without_apex;

macro_rules! rules {
    ($($chapter:ident: $($rule:ident)*;)*) => {
        &[$($(&$rule::RULE),*),*]
    };
}

/// All rules, by chapter and then by name.
static RULES: &[&LintRule] = rules! {
    File: byte_order_mark carriage_return_line_endings embedded_nul empty_file file_too_large html_page
        http_headers_in_file invalid_utf_8 large_policy larger_than_one_packet length_prefix merge_conflict_marker
        mixed_line_endings non_ascii non_utf_8_declaration not_xml ports_in_crossdomain_xml server_side_code
        template_placeholder trailing_nul utf_16 whitespace_before_declaration;
    Syntax: copy_paste_artifact curly_quotes doctype doctype_internal_subset duplicate_attribute escaped_xml
        invalid_character invalid_comment invalid_doctype invalid_xml_declaration malformed_attribute malformed_tag
        malformed_xml mismatched_quotes mismatched_tag multiple_root_elements processing_instruction schema_reference
        text_outside_root too_deep too_many_attributes too_many_elements too_many_namespaces unclosed_element
        undefined_entity unescaped_character unquoted_attribute unusual_doctype;
    Structure: element_order header_rule_in_socket_policy identity_rule_in_socket_policy nested_rule no_rules
        stray_text unknown_attribute unknown_element wrong_case wrong_root_element;
    Domains: domain_with_path domain_with_port domain_with_scheme empty_domain example_domain http_scheme_in_domain
        internationalized_domain invalid_domain loopback_domain missing_domain multiple_domains partial_wildcard trailing_dot
        unspecified_ip_address whitespace_in_domain wildcard_domain wildcard_in_address wildcard_top_level_domain
        word_as_domain www_without_apex;
    Ports: blocked_ports empty_to_ports invalid_port_range invalid_to_ports low_ports_from_high_port missing_to_ports
        overlapping_ports ports_without_listener privileged_ports whitespace_in_to_ports wide_port_range
        wildcard_in_port_list wildcard_ports;
    MetaPolicy: duplicate_site_control invalid_site_control missing_site_control_value site_control_all
        site_control_none_with_rules site_control_outside_master;
    Secure: invalid_secure redundant_secure secure_true_in_socket_policy secure_with_http_scheme;
    Rules: duplicate_rule mergeable_rules shadowed_rule;
    Url: invalid_header_rule_domain invalid_headers missing_headers secure_false_on_https secure_true_in_url_policy
        to_ports_in_url_policy trusted_domain wildcard_headers;
    Silverlight: silverlight_in_crossdomain_xml silverlight_invalid_ports silverlight_invalid_protocol
        silverlight_invalid_structure silverlight_invalid_uri silverlight_no_socket_resource
        silverlight_port_out_of_range silverlight_whole_site;
    Clients: lightspark_large_policy lightspark_port_range lightspark_scheme_in_domain lightspark_unsupported_element
        lightspark_waits_for_port silverlight_flash_policy silverlight_needs_wildcard unity_large_policy
        unity_named_domain unity_non_ascii unity_unsupported_element;
};

/// All rules, by chapter and then by name.
///
/// ```
/// use flash_policy::Severity;
/// use flash_policy::lint::rules;
///
/// let errors = rules().iter().filter(|rule| rule.severity == Severity::Error);
/// for rule in errors {
///     println!("{}: {}", rule.group.title(), rule.name);
/// }
/// ```
#[must_use]
pub fn rules() -> &'static [&'static LintRule] {
    RULES
}

/// The rule with this name.
///
/// ```
/// use flash_policy::Severity;
/// use flash_policy::lint::rule;
///
/// assert!(rule("empty-to-ports").is_some_and(|rule| rule.severity == Severity::Error));
/// assert!(rule("no-such-rule").is_none());
/// ```
#[must_use]
pub fn rule(name: &str) -> Option<&'static LintRule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

/// The rule whose name is closest to a misspelled one.
///
/// ```
/// use flash_policy::lint::nearest_rule;
///
/// let nearest = nearest_rule("byte-order-mrak").map(|rule| rule.name);
/// assert_eq!(nearest, Some("byte-order-mark"));
/// assert!(nearest_rule("elephant").is_none());
/// ```
#[must_use]
pub fn nearest_rule(name: &str) -> Option<&'static LintRule> {
    let names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    rule(nearest(name, &names)?)
}
