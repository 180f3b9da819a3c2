import { S3Error } from './s3-error.ts'
import { ALGORITHM, parseCredential, parseLongDate, type Signer, type Signers, stringToSign } from './signature.ts'
import type { Target } from './target.ts'

/**
 * Milliseconds that a client's clock may differ. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const MAX_CLOCK_SKEW_MS = 15 * 60_000
/** Seconds that a presigned URL may be valid: 7 days. */
const MAX_EXPIRES_SECONDS = 604_800

interface SignedRequest {
  method: string
  target: Target
  headers: Record<string, string>
}

/** A signature, and what the request says about it. */
interface Claim {
  /** `x-amz-content-sha256` */
  payload: string
  signature: string
  longDate: string
  signingDate: Date
}

/**
 * Checks a request's SigV4 signature, in the header or in the query.
 *
 * @returns `x-amz-content-sha256`: a hash, `UNSIGNED-PAYLOAD` or one of the `STREAMING-` kinds
 * @throws S3Error AccessDenied (unsigned, expired, an unsigned `x-amz-` header), InvalidAccessKeyId,
 * SignatureDoesNotMatch, RequestTimeTooSkewed, or a 400 for a malformed signature
 */
export async function authenticate(request: SignedRequest, signers: Signers, now: Date): Promise<string> {
  const { headers, target } = request
  const inQuery = target.query.has('X-Amz-Signature') || target.query.has('X-Amz-Algorithm')
  if (headers.authorization !== undefined && inQuery) {
    throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed')
  }
  if (headers.authorization !== undefined) return byHeader(request, headers.authorization, signers, now)
  if (inQuery) return byQuery(request, signers, now)
  throw new S3Error('AccessDenied', 'Access Denied')
}

async function byHeader(request: SignedRequest, authorization: string, signers: Signers, now: Date): Promise<string> {
  const match = /^AWS4-HMAC-SHA256 +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([^, ]+)$/.exec(
    authorization,
  )
  const longDate = request.headers['x-amz-date'] ?? ''
  const signingDate = parseLongDate(longDate)
  const [, credential = '', names = '', signature = ''] = match ?? []
  const scope = parseCredential(credential)
  if (!scope) throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed.')
  const signer = signers.of(scope.accessKeyId, request.headers['x-amz-security-token'])
  if (scope.region !== signer.region) {
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${scope.region}' is wrong; expecting '${signer.region}'`,
    )
  }
  if (!signingDate || scope.shortDate !== longDate.slice(0, 8)) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  }
  if (Math.abs(now.getTime() - signingDate.getTime()) > MAX_CLOCK_SKEW_MS) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    )
  }
  const payload = request.headers['x-amz-content-sha256']
  if (payload === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  await verify(request, names.split(';'), { payload, signature, longDate, signingDate }, signer)
  return payload
}

async function byQuery(request: SignedRequest, signers: Signers, now: Date): Promise<string> {
  const { query } = request.target
  const scope = parseCredential(query.get('X-Amz-Credential') ?? '')
  const longDate = query.get('X-Amz-Date') ?? ''
  const signingDate = parseLongDate(longDate)
  const names = query.get('X-Amz-SignedHeaders')
  const signature = query.get('X-Amz-Signature')
  const expires = /^\d{1,7}$/.test(query.get('X-Amz-Expires') ?? '') ? Number(query.get('X-Amz-Expires')) : NaN
  if (
    query.get('X-Amz-Algorithm') !== ALGORITHM ||
    !scope ||
    !signingDate ||
    names === null ||
    signature === null ||
    scope.shortDate !== longDate.slice(0, 8) ||
    !(expires >= 1 && expires <= MAX_EXPIRES_SECONDS)
  ) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
        'X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  }
  const signer = signers.of(scope.accessKeyId, query.get('X-Amz-Security-Token'))
  if (scope.region !== signer.region) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'Error parsing the X-Amz-Credential parameter; ' +
        `the region '${scope.region}' is wrong; expecting '${signer.region}'`,
    )
  }
  const age = now.getTime() - signingDate.getTime()
  if (age < -MAX_CLOCK_SKEW_MS) throw new S3Error('AccessDenied', 'Request is not yet valid')
  if (age > expires * 1000) throw new S3Error('AccessDenied', 'Request has expired')
  const payload = query.get('X-Amz-Content-Sha256') ?? request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'
  await verify(request, names.split(';'), { payload, signature, longDate, signingDate }, signer)
  return payload
}

/**
 * Checks the signature of a POST form. It covers the base64 policy exactly as sent.
 *
 * @param fields by lower-cased name
 */
export async function authenticateForm(fields: ReadonlyMap<string, string>, signers: Signers): Promise<void> {
  const policy = fields.get('policy')
  const signature = fields.get('x-amz-signature')
  if (policy === undefined || signature === undefined) throw new S3Error('AccessDenied', 'Access Denied')
  const scope = parseCredential(fields.get('x-amz-credential') ?? '')
  const longDate = fields.get('x-amz-date') ?? ''
  const signingDate = parseLongDate(longDate)
  if (fields.get('x-amz-algorithm') !== ALGORITHM || !scope || !signingDate || scope.region !== signers.region) {
    throw new S3Error('InvalidArgument', 'Bucket POST has a malformed X-Amz-Algorithm, X-Amz-Credential or X-Amz-Date.')
  }
  const signer = signers.of(scope.accessKeyId, fields.get('x-amz-security-token'))
  const ok = scope.shortDate === longDate.slice(0, 8) && (await signer.verify(signature, policy, signingDate))
  if (!ok) throw signatureDoesNotMatch()
}

async function verify(request: SignedRequest, names: string[], claim: Claim, signer: Signer): Promise<void> {
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !names.includes(name))
  if (unsigned.length > 0 || !names.includes('host')) {
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed')
  }
  const text = stringToSign(request, names, claim.payload, {
    longDate: claim.longDate,
    scope: signer.scope(claim.longDate),
  })
  if (!(await signer.verify(claim.signature, text, claim.signingDate))) throw signatureDoesNotMatch()
}

function signatureDoesNotMatch(): S3Error {
  return new S3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  )
}
