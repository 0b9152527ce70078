# Figures counted by jq, and what a person reading the forty journals beside PRODUCT.md says of them:
#
#   jq -nS -f by_hand.jq journals/*.json > expected_by_hand.json
#
# Neither tests/oracle.py nor the program had a part in it. The counting takes short cuts that these journals allow:
# no event is repeated, no file is named twice, no chunk is both failed and tried again.

def read: {
  # name: [verdict, validation, reconciliation, finding codes]
  "cdc__04_cdc_t":                           ["succeeded", "unknown", "unknown", ["no_plan"]],
  "chunked_empty_chunks_ckpt_par":           ["succeeded", "not_asked", "not_asked", []],
  "chunked_gap_par":                         ["succeeded", "passed", "not_asked", []],
  "chunked_gap_seq":                         ["succeeded", "passed_partly", "not_asked", ["validation_partial"]],
  "chunked_par":                             ["succeeded", "passed", "matched", []],
  "chunked_rotated_parts":                   ["succeeded", "not_asked", "not_asked", []],
  "chunked_seq":                             ["succeeded", "passed_partly", "not_asked", ["validation_partial"]],
  "chunkfail_hook_ckpt_seq":                 ["failed", "not_asked", "not_asked", []],
  "chunkfail_permanent_ckpt_par":            ["failed", "not_asked", "not_asked", []],
  "chunkfail_permanent_ckpt_seq__01_orders": ["failed", "not_asked", "not_asked", []],
  "ckpt_par":                                ["succeeded", "not_asked", "not_asked", []],
  "ckpt_seq":                                ["succeeded", "passed_partly", "matched", ["validation_partial"]],
  "drift_fail_full__02_drift":               ["failed", "not_asked", "not_asked", []],
  "drift_warn_chunked__02_drift":            ["degraded", "not_asked", "not_asked", []],
  "empty_full":                              ["succeeded", "not_reported", "matched", ["check_not_reported"]],
  "empty_full_skip":                         ["skipped", "not_asked", "not_asked", []],
  "fail_bad_query":                          ["failed", "not_asked", "not_asked", []],
  "fail_missing_table":                      ["failed", "not_asked", "not_asked", []],
  "full_csv_rowhash":                        ["succeeded", "passed", "not_asked", []],
  "full_orders_rotated":                     ["succeeded", "passed", "not_asked", []],
  "governor_keyset_par":                     ["succeeded", "not_asked", "not_asked", []],
  "incremental__03_small":                   ["succeeded", "passed", "not_reported", ["check_not_reported"]],
  "keyset_seq":                              ["succeeded", "passed_partly", "not_asked", ["validation_partial"]],
  "kill9_ckpt_seq":                          ["succeeded", "not_asked", "not_asked", []],
  "live_ckpt_par":                           ["succeeded", "not_asked", "not_asked", []],
  "many_chunks_par":                         ["succeeded", "not_asked", "not_asked", []],
  "multi_sequential__01_users":              ["succeeded", "not_asked", "not_asked", []],
  "multi_sequential__02_orders":             ["succeeded", "not_asked", "not_asked", []],
  "multi_sequential__03_events":             ["succeeded", "not_asked", "not_asked", []],
  "multi_sequential__04_broken":             ["failed", "not_asked", "not_asked", []],
  "partition_by_month__01_orders__2024-01":  ["degraded", "not_asked", "not_asked", []],
  "partition_by_month__02_orders__2024-02":  ["degraded", "not_asked", "not_asked", []],
  "quality_fail":                            ["failed", "not_asked", "not_asked", []],
  "quality_warn":                            ["degraded", "not_asked", "not_asked", []],
  "reconcile_mismatch_full_insert":          ["contradicted", "passed", "mismatched", ["reconcile_mismatch"]],
  "retry_full_exhausted":                    ["failed", "not_asked", "not_asked", []],
  "retry_full_once":                         ["succeeded", "not_asked", "not_asked", []],
  "shape_drift_warning__02_shape":           ["degraded", "not_asked", "not_asked", []],
  "sparse_chunked":                          ["failed", "not_asked", "not_asked", []],
  "time_window":                             ["succeeded", "passed", "not_reported", ["check_not_reported"]]
};

def counted:
  [.entries[].event] as $events
  | [$events[].FileWritten | values] as $written
  | [$events[].ChunkCompleted | values] as $completed
  | [$events[].ChunkFailed | values | .chunk_index] as $failed
  | [$events[] | (.FileWritten, .ChunkCompleted) | values | .file_name | values] as $files
  | ($completed | map(.chunk_index) | unique) as $done
  | if ($files | length) != ($files | unique | length) then error("a file is named twice: \(.run_id)") else . end
  | if ($failed | any(IN($done[]))) then error("a failed chunk was tried again: \(.run_id)") else . end
  | {
      events: ($events | length),
      status: ($events[-1].RunCompleted.status),
      chunks: {
        completed: ($done | length),
        failed: ($failed | unique | length),
        interrupted: ([$events[].ChunkStarted | values | .chunk_index] - $done - $failed | unique | length),
        recovered: 0
      },
      files: ($files | length),
      rows: ([($written + $completed)[].rows] | add // 0),
      bytes: ([$written[].bytes] | add)
    };

reduce inputs as $journal ({};
  (input_filename | split("/")[-1] | rtrimstr(".json")) as $name
  | .[$name] = ($journal | counted)
    + ([["verdict", "validation", "reconciliation", "findings"], read[$name]] | transpose
       | map({(.[0]): .[1]}) | add))
