import { xml, XML_HEAD } from './xml.ts'

/** The codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html with S3's HTTP status for each. */
const STATUS = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BadRequest: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidPolicyDocument: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidTag: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedPOSTRequest: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  MaxMessageLengthExceeded: 400,
  MaxPostPreDataLengthExceededError: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  NotModified: 304,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const

type S3ErrorCode = keyof typeof STATUS

/** A refused request. The message is S3's own text, because clients show it and sometimes match it. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly status: number
  constructor(
    readonly code: S3ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.status = STATUS[code]
  }

  /**
   * Returns the body that S3 sends:
   * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses
   */
  toXml(resource: string, requestId: string): string {
    const error = xml`<Code>${this.code}</Code><Message>${this.message}</Message>`
    const request = xml`<Resource>${resource}</Resource><RequestId>${requestId}</RequestId>`
    return XML_HEAD + xml`<Error>${error}${request}</Error>`.text
  }
}
