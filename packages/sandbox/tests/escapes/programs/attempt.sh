# Tells whether something got out, and what it got: as a worker of a Hall, as the result of its call.
if [ -n "${WCP_ESCAPE_CALL+set}" ]; then
  read -r line
  id=${line#*'"id":"'}
  id=${id%%'"'*}
fi
tell() {
  result="{\"escaped\":$1,\"how\":\"$2\"}"
  if [ -n "${WCP_ESCAPE_CALL+set}" ]; then
    echo "{\"id\":\"$id\",\"status\":\"ok\",\"result\":$result,\"telemetry\":[],\"evidence\":[],\"deny_reason\":null}"
  else
    echo "$result"
  fi
}
