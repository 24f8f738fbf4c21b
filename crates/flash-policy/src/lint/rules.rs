//! The rules: one a file, with its page and its check.
//!
//! Where only the parser can see a fault, it calls the rule for the words, so that a name, its level and its page stand
//! in one place. Nothing here reads XML.

use alloc::vec::Vec;

use super::rule::LintRule;
use crate::spelling::nearest;

pub(crate) mod bad_domain;
pub(crate) mod bad_header_rule_domain;
pub(crate) mod bad_port_range;
pub(crate) mod bad_secure;
pub(crate) mod bad_site_control;
pub(crate) mod bad_to_ports;
pub(crate) mod blanks_before_declaration;
pub(crate) mod blanks_in_domain;
pub(crate) mod blanks_in_to_ports;
pub(crate) mod blocked_ports;
pub(crate) mod bom;
pub(crate) mod doctype;
pub(crate) mod doctype_with_definitions;
pub(crate) mod domain_list;
pub(crate) mod domain_with_path;
pub(crate) mod domain_with_port;
pub(crate) mod domain_with_scheme;
pub(crate) mod duplicate_rule;
pub(crate) mod element_order;
pub(crate) mod empty_domain;
pub(crate) mod empty_file;
pub(crate) mod empty_to_ports;
pub(crate) mod example_domain;
pub(crate) mod file_too_large;
pub(crate) mod header_rule_in_socket_policy;
pub(crate) mod html_page;
pub(crate) mod http_response;
pub(crate) mod identity_rule_in_socket_policy;
pub(crate) mod international_domain;
pub(crate) mod large_policy;
pub(crate) mod length_prefix;
pub(crate) mod lightspark_large_policy;
pub(crate) mod lightspark_port_range;
pub(crate) mod lightspark_refused_file;
pub(crate) mod lightspark_scheme_in_domain;
pub(crate) mod lightspark_waits_for_port;
pub(crate) mod lone_carriage_return;
pub(crate) mod loopback_domain;
pub(crate) mod low_ports_from_high_port;
pub(crate) mod malformed_xml;
pub(crate) mod merge_conflict_marker;
pub(crate) mod missing_domain;
pub(crate) mod missing_headers;
pub(crate) mod missing_to_ports;
pub(crate) mod mixed_line_ends;
pub(crate) mod more_than_one_segment;
pub(crate) mod nested_rule;
pub(crate) mod no_rules;
pub(crate) mod non_ascii;
pub(crate) mod not_utf_8;
pub(crate) mod nul_at_end;
pub(crate) mod nul_inside;
pub(crate) mod other_encoding_declared;
pub(crate) mod overlapping_ports;
pub(crate) mod partial_wildcard;
pub(crate) mod ports_in_crossdomain_xml;
pub(crate) mod ports_without_server;
pub(crate) mod privileged_ports;
pub(crate) mod processing_instruction;
pub(crate) mod redundant_secure;
pub(crate) mod schema_reference;
pub(crate) mod secure_false_on_https;
pub(crate) mod secure_true_on_socket;
pub(crate) mod secure_with_http_scheme;
pub(crate) mod server_code;
pub(crate) mod shadowed_rule;
pub(crate) mod silverlight_bad_ports;
pub(crate) mod silverlight_bad_protocol;
pub(crate) mod silverlight_bad_uri;
pub(crate) mod silverlight_flash_policy;
pub(crate) mod silverlight_named_domain;
pub(crate) mod silverlight_port_out_of_range;
pub(crate) mod silverlight_structure;
pub(crate) mod silverlight_whole_site;
pub(crate) mod silverlight_without_sockets;
pub(crate) mod site_control_all;
pub(crate) mod site_control_none_beside_rules;
pub(crate) mod site_control_off_master;
pub(crate) mod site_control_twice;
pub(crate) mod site_control_without_value;
pub(crate) mod split_rule;
pub(crate) mod stray_text;
pub(crate) mod template_placeholder;
pub(crate) mod to_ports_in_url_policy;
pub(crate) mod too_deep;
pub(crate) mod too_many_attributes;
pub(crate) mod too_many_elements;
pub(crate) mod too_many_namespaces;
pub(crate) mod trailing_dot;
pub(crate) mod trusted_domain;
pub(crate) mod unity_large_policy;
pub(crate) mod unity_named_domain;
pub(crate) mod unity_non_ascii;
pub(crate) mod unity_unsupported_element;
pub(crate) mod unknown_attribute;
pub(crate) mod unknown_element;
pub(crate) mod unspecified_address;
pub(crate) mod unusual_doctype;
pub(crate) mod utf_16;
pub(crate) mod wide_port_range;
pub(crate) mod wildcard_domain;
pub(crate) mod wildcard_headers;
pub(crate) mod wildcard_in_address;
pub(crate) mod wildcard_in_port_list;
pub(crate) mod wildcard_ports;
pub(crate) mod wildcard_top_level_domain;
pub(crate) mod word_as_domain;
pub(crate) mod wrong_case;
pub(crate) mod wrong_root;
pub(crate) mod www_without_bare_name;

/// Every rule, by chapter and then by name.
static RULES: &[&LintRule] = &[
    &blanks_before_declaration::RULE,
    &bom::RULE,
    &empty_file::RULE,
    &file_too_large::RULE,
    &html_page::RULE,
    &http_response::RULE,
    &large_policy::RULE,
    &length_prefix::RULE,
    &lone_carriage_return::RULE,
    &merge_conflict_marker::RULE,
    &mixed_line_ends::RULE,
    &more_than_one_segment::RULE,
    &non_ascii::RULE,
    &not_utf_8::RULE,
    &nul_at_end::RULE,
    &nul_inside::RULE,
    &other_encoding_declared::RULE,
    &ports_in_crossdomain_xml::RULE,
    &server_code::RULE,
    &template_placeholder::RULE,
    &utf_16::RULE,
    &doctype::RULE,
    &doctype_with_definitions::RULE,
    &malformed_xml::RULE,
    &processing_instruction::RULE,
    &schema_reference::RULE,
    &too_deep::RULE,
    &too_many_attributes::RULE,
    &too_many_elements::RULE,
    &too_many_namespaces::RULE,
    &unusual_doctype::RULE,
    &element_order::RULE,
    &header_rule_in_socket_policy::RULE,
    &identity_rule_in_socket_policy::RULE,
    &nested_rule::RULE,
    &no_rules::RULE,
    &stray_text::RULE,
    &unknown_attribute::RULE,
    &unknown_element::RULE,
    &wrong_case::RULE,
    &wrong_root::RULE,
    &bad_domain::RULE,
    &blanks_in_domain::RULE,
    &domain_list::RULE,
    &domain_with_path::RULE,
    &domain_with_port::RULE,
    &domain_with_scheme::RULE,
    &empty_domain::RULE,
    &example_domain::RULE,
    &international_domain::RULE,
    &loopback_domain::RULE,
    &missing_domain::RULE,
    &partial_wildcard::RULE,
    &trailing_dot::RULE,
    &unspecified_address::RULE,
    &wildcard_domain::RULE,
    &wildcard_in_address::RULE,
    &wildcard_top_level_domain::RULE,
    &word_as_domain::RULE,
    &www_without_bare_name::RULE,
    &bad_port_range::RULE,
    &bad_to_ports::RULE,
    &blanks_in_to_ports::RULE,
    &blocked_ports::RULE,
    &empty_to_ports::RULE,
    &low_ports_from_high_port::RULE,
    &missing_to_ports::RULE,
    &overlapping_ports::RULE,
    &ports_without_server::RULE,
    &privileged_ports::RULE,
    &wide_port_range::RULE,
    &wildcard_in_port_list::RULE,
    &wildcard_ports::RULE,
    &bad_site_control::RULE,
    &site_control_all::RULE,
    &site_control_none_beside_rules::RULE,
    &site_control_off_master::RULE,
    &site_control_twice::RULE,
    &site_control_without_value::RULE,
    &bad_secure::RULE,
    &redundant_secure::RULE,
    &secure_true_on_socket::RULE,
    &secure_with_http_scheme::RULE,
    &duplicate_rule::RULE,
    &shadowed_rule::RULE,
    &split_rule::RULE,
    &bad_header_rule_domain::RULE,
    &missing_headers::RULE,
    &secure_false_on_https::RULE,
    &to_ports_in_url_policy::RULE,
    &trusted_domain::RULE,
    &wildcard_headers::RULE,
    &silverlight_bad_ports::RULE,
    &silverlight_bad_protocol::RULE,
    &silverlight_bad_uri::RULE,
    &silverlight_port_out_of_range::RULE,
    &silverlight_structure::RULE,
    &silverlight_whole_site::RULE,
    &silverlight_without_sockets::RULE,
    &lightspark_large_policy::RULE,
    &lightspark_port_range::RULE,
    &lightspark_refused_file::RULE,
    &lightspark_scheme_in_domain::RULE,
    &lightspark_waits_for_port::RULE,
    &silverlight_flash_policy::RULE,
    &silverlight_named_domain::RULE,
    &unity_large_policy::RULE,
    &unity_named_domain::RULE,
    &unity_non_ascii::RULE,
    &unity_unsupported_element::RULE,
];

/// Every rule, in the order of its chapter and then of its name.
#[must_use]
pub fn rules() -> &'static [&'static LintRule] {
    RULES
}

/// The rule of that name.
#[must_use]
pub fn rule(name: &str) -> Option<&'static LintRule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

/// The rule whose name a misspelt one stands for.
#[must_use]
pub fn nearest_rule(name: &str) -> Option<&'static LintRule> {
    let names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
    rule(nearest(name, &names)?)
}
