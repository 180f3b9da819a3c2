/**
 * Test files that touch no table, no environment variable and no global. They share a process and need nothing that is
 * started for the run. `leaves-no-trace.ts` proves for each file that it leaves the process unchanged.
 */
export const pureFiles = [
  'tests/errors.test.ts',
  'tests/bench/!(bench.integration|document|figures).test.ts',
  'tests/build/!(bundled-handlers).test.ts',
  'tests/client/{connecting,package,peers,receiving,requests,sending,typing,uploading}.test.ts',
  'tests/delivery/{for-each-fairly,for-each-limited,frame-packer}.test.ts',
  'tests/entities/until-processed.test.ts',
  'tests/local/{closers,dev-environment,failure-destination,health,issuer,schedule,start-settings}.test.ts',
  'tests/local/{bucket,http-api,lambda,page}/*.test.ts',
  'tests/http/{sender-of,status-of}.test.ts',
  'tests/local/dynamodb/install-java.test.ts',
  'tests/local/event-source-mapping/!(event-source-mapping).test.ts',
  'tests/local/gateway/!(gateway-limits).test.ts',
  'tests/{protocol,repository,terraform,web}/*.test.ts',
  'tests/scripts/{e2e,operations,preflight,release,replay}.test.ts',
  'tests/search/{query,words-of}.test.ts',
  'tests/webhooks/*.test.ts',
  'tests/ws/!(authorizer|route).test.ts',
]
