/**
 * Test files that touch no table, no environment variable and no global. They share a process and need nothing that is
 * started for the run. `leaves-no-trace.ts` proves for each file that it leaves the process unchanged.
 */
export const pureFiles = [
  'tests/errors.test.ts',
  'tests/architecture/*.test.ts',
  'tests/aws/{http-answer,request-signer}.test.ts',
  'tests/bench/!(bench.integration|document|figures|worst-minute).test.ts',
  'tests/build/!(bundled-handlers).test.ts',
  'tests/client/!(*.integration|documentation|limits|online|react|terminal).test.ts',
  'tests/delivery/{for-each-fairly,for-each-limited,frame-packer,inbox,laggards,room-pace}.test.ts',
  'tests/delivery/posting/post-with-retry.test.ts',
  'tests/entities/until-processed.test.ts',
  'tests/local/!(main|runtime).test.ts',
  'tests/local/{bucket,http-api,lambda,page}/*.test.ts',
  'tests/local/like-aws/{per-second,table-faults}.test.ts',
  'tests/files/offered-name.test.ts',
  'tests/http/{sender-of,status-of}.test.ts',
  'tests/local/dynamodb/{data-dir,install-java}.test.ts',
  'tests/local/event-source-mapping/!(event-source-mapping).test.ts',
  'tests/local/gateway/*.test.ts',
  'tests/{protocol,repository,terraform,web}/*.test.ts',
  'tests/scripts/{chat-printable,e2e,operations,preflight,release,replay}.test.ts',
  'tests/search/{query,words-of}.test.ts',
  'tests/uploads/{is-what-it-says,ranged-tokenizer}.test.ts',
  'tests/webhooks/*.test.ts',
  'tests/ws/!(authorizer|route).test.ts',
]
