/** What is known of functions by their names: PostgreSQL's own, and of contrib modules an operator meets. */

const HARMLESS = new Set(
  `
  abbrev abs acldefault aclexplode acos acosd acosh age any_value area array_agg array_dims array_fill array_length array_lower
  array_ndims array_position array_positions array_remove array_replace array_reverse array_sample array_shuffle array_sort
  array_to_json array_to_string array_to_tsvector array_upper ascii asin asind asinh atan atan2 atan2d atand atanh avg bit bit_and
  bit_count bit_length bit_or bit_xor bool bool_and bool_or bound_box box bpchar broadcast bt_index_check bt_index_parent_check
  cardinality casefold cash_words cbrt ceil ceiling center char char_length character_length chr cidr circle clock_timestamp coalesce
  col_description concat concat_ws convert convert_from convert_to corr cos cosd cosh cot cotd count covar_pop covar_samp crc32 crc32c
  crypt cume_dist current_database current_query current_schema current_schemas current_setting current_user currval date date_add
  date_bin date_cmp_timestamp date_cmp_timestamptz date_part date_subtract date_trunc datemultirange daterange decode degrees dense_rank
  dexp diagonal diameter digest div dlog1 dlog10 dround dtrunc encode enum_first enum_last enum_range erf erfc every exp extract
  factorial family first_value float4 float8 floor format format_type gamma gcd gen_random_bytes gen_random_uuid gen_salt
  generate_series generate_subscripts get_bit get_byte get_current_ts_config get_raw_page getdatabaseencoding getpgusername
  heap_page_items height hmac host hostmask icu_unicode_version inet_client_addr inet_client_port inet_merge inet_same_family
  inet_server_addr inet_server_port initcap int2 int2int4_sum int4 int4inc int4multirange int4range int8 int8dec int8dec_any int8inc
  int8inc_any int8inc_float8_float8 int8multirange int8range interval is_normalized isclosed isempty isfinite ishorizontal isopen
  isparallel isperp isvertical json_agg json_array json_array_elements json_array_elements_text json_array_length json_arrayagg
  json_build_array json_build_object json_each json_each_text json_exists json_object json_object_agg json_object_keys json_objectagg
  json_populate_record json_populate_recordset json_query json_scalar json_serialize json_strip_nulls json_table json_to_record
  json_to_recordset json_to_tsvector json_typeof json_value jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
  jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys
  jsonb_path_exists jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array
  jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record
  jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_to_tsvector
  jsonb_typeof justify_days justify_hours justify_interval lag last_value lastval lcm lead left length lgamma like like_escape line ln
  lo_create lo_from_bytea lo_get log log10 lower lower_inc lower_inf lpad lseg ltrim macaddr macaddr8 make_date make_interval make_time
  make_timestamp make_timestamptz makeaclitem masklen max md5 min min_scale mod mode money multirange mxid_age name nameconcatoid
  netmask network nextval normalize notlike now npoints nth_value ntile num_nonnulls num_nulls numeric numeric_div_trunc nummultirange
  numnode numrange obj_description octet_length oid oidvectortypes overlaps overlay page_header parse_ident path percent_rank
  percentile_cont percentile_disc pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
  pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_available_extension_versions pg_available_extensions
  pg_backend_pid pg_backup_start pg_backup_stop pg_basetype pg_blocking_pids pg_buffercache_pages pg_char_to_encoding pg_client_encoding
  pg_collation_actual_version pg_collation_for pg_column_compression pg_column_is_updatable pg_column_size pg_conf_load_time pg_config
  pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system pg_create_logical_replication_slot
  pg_create_physical_replication_slot pg_create_restore_point pg_current_logfile pg_current_snapshot pg_current_wal_flush_lsn
  pg_current_wal_insert_lsn pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned pg_cursor
  pg_database_collation_actual_version pg_database_size pg_describe_object pg_encoding_max_length pg_encoding_to_char pg_export_snapshot
  pg_extension_config_dump pg_extension_update_paths pg_filenode_relation pg_get_acl pg_has_role pg_hba_file_rules
  pg_ident_file_mappings pg_identify_object pg_identify_object_as_address pg_index_column_has_property pg_index_has_property
  pg_indexam_has_property pg_indexam_progress_phasename pg_indexes_size pg_input_error_info pg_input_is_valid pg_is_in_backup
  pg_is_in_recovery pg_is_other_temp_schema pg_is_wal_replay_paused pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn
  pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_listening_channels pg_lock_status pg_log_backend_memory_contexts
  pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes pg_lsn pg_mcv_list_items pg_my_temp_schema
  pg_notification_queue_usage pg_notify pg_options_to_table pg_partition_ancestors pg_partition_root pg_partition_tree
  pg_postmaster_start_time pg_prepared_statement pg_prepared_xact pg_prewarm pg_read_binary_file pg_read_file pg_relation_filenode
  pg_relation_filepath pg_relation_is_publishable pg_relation_is_updatable pg_relation_size pg_reload_conf
  pg_safe_snapshot_blocking_pids pg_sequence_last_value pg_sequence_parameters pg_settings_get_flags pg_show_all_file_settings
  pg_show_all_settings pg_show_replication_origin_status pg_size_bytes pg_size_pretty pg_sleep pg_sleep_for pg_sleep_until
  pg_snapshot_xip pg_snapshot_xmax pg_snapshot_xmin pg_start_backup pg_stat_clear_snapshot pg_stat_file pg_stat_force_next_flush
  pg_stat_have_stats pg_stat_statements pg_stop_backup pg_switch_wal pg_table_is_visible pg_table_size pg_tablespace_databases
  pg_tablespace_location pg_tablespace_size pg_timezone_abbrevs pg_timezone_names pg_total_relation_size pg_trigger_depth
  pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_typeof
  pg_visible_in_snapshot pg_wal_lsn_diff pg_wal_replay_pause pg_wal_replay_resume pg_wal_summary_contents pg_walfile_name
  pg_walfile_name_offset pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_xact_status pgstatindex pgstattuple
  phraseto_tsquery pi plainto_tsquery point polygon position pow power querytree quote_ident quote_literal quote_nullable radians radius
  random random_normal range_agg range_intersect_agg range_merge rank regclass regexp_count regexp_instr regexp_like regexp_match
  regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count regr_intercept
  regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round row_number row_security_active row_to_json rpad rtrim
  scale session_user set_bit set_byte set_config set_masklen setseed setval setweight sha224 sha256 sha384 sha512 shobj_description sign
  similar_escape similar_to_escape similarity sin sind sinh slope split_part sqrt statement_timestamp stddev stddev_pop stddev_samp
  string_agg string_to_array string_to_table strip strpos substr substring sum system_user tableoid tan tand tanh text textlen time
  timeofday timestamp timestamp_cmp_date timestamp_cmp_timestamptz timestamptz timestamptz_cmp_date timestamptz_cmp_timestamp timetz
  timezone to_ascii to_bin to_char to_date to_hex to_json to_jsonb to_number to_oct to_timestamp to_tsquery to_tsvector
  transaction_timestamp translate trim_array trim_scale trunc ts_debug ts_delete ts_filter ts_headline ts_lexize ts_parse ts_rank
  ts_rank_cd ts_token_type tsmultirange tsquery_phrase tsrange tstzmultirange tstzrange tsvector_to_array txid_current
  txid_current_if_assigned txid_current_snapshot txid_snapshot_xip txid_snapshot_xmax txid_snapshot_xmin txid_status
  txid_visible_in_snapshot unaccent unicode_assigned unicode_version unistr unnest upper upper_inc upper_inf uuid_extract_timestamp
  uuid_extract_version uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7 var_pop var_samp varbit varchar variance
  verify_heapam version websearch_to_tsquery width width_bucket word_similarity xid xml xml_is_well_formed xml_is_well_formed_content
  xml_is_well_formed_document xmlagg xmlcomment xmlconcat2 xmlexists xmlserialize xmltext xmlvalidate xpath xpath_exists
`
    .trim()
    .split(/\s+/)
);
const HARMLESS_FAMILIES = /^(has_\w+_privilege|pg_get_\w+|pg_stat_get_\w+|pg_ls_\w+|pg_\w+_is_visible|to_reg\w+|hash\w+extended)$/;

/** What the call does that an operator should be asked about first. */
const DESTRUCTIVE: Readonly<Record<string, string>> = {
  pg_terminate_backend: "ends other sessions",
  pg_cancel_backend: "cancels what another session is doing",
  pg_promote: "promotes the standby",
  pg_drop_replication_slot: "drops a replication slot",
  pg_replication_slot_advance: "advances a replication slot, which cannot go back",
  pg_logical_slot_get_changes: "consumes changes of a replication slot",
  pg_logical_slot_get_binary_changes: "consumes changes of a replication slot",
  pg_replication_origin_drop: "drops a replication origin",
  pg_replication_origin_advance: "moves a replication origin",
  pg_stat_reset: "discards statistics",
  pg_stat_reset_shared: "discards statistics",
  pg_file_unlink: "deletes a file of the server",
  pg_file_write: "writes a file of the server",
  lo_unlink: "deletes a large object",
  lo_truncate: "truncates a large object",
  lo_export: "writes a file of the server",
  lo_put: "overwrites part of a large object",
  drop_chunks: "drops chunks of a hypertable"
};

export type KnownFunction =
  | {readonly type: "harmless"}
  | {readonly type: "destructive"; readonly what: string}
  | {readonly type: "unknown"};

/** What is known of the function with this name, by its parts: `["pg_catalog", "count"]`. */
export function knowFunction(parts: readonly string[]): KnownFunction {
  const name = parts.at(-1) ?? "";
  const what = Object.hasOwn(DESTRUCTIVE, name) ? DESTRUCTIVE[name] : undefined;
  if (what !== undefined) return {type: "destructive", what};
  if (parts.length > 1 && parts[0] !== "pg_catalog") return {type: "unknown"};
  return HARMLESS.has(name) || HARMLESS_FAMILIES.test(name) ? {type: "harmless"} : {type: "unknown"};
}
