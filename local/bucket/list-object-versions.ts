import type { BucketContext } from './bucket-context.ts'
import { respond, type Exchange } from './exchange.ts'
import type { Version } from './object-store.ts'
import { S3Error } from './s3-error.ts'
import { S3_NAMESPACE, xml, XML_HEAD } from './xml.ts'

const MAX_KEYS = 1_000

/**
 * Lists the versions and delete markers of the keys with a prefix, ordered by key, each key's newest first. Only the
 * first page can be listed: markers and delimiters are not emulated.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export function listObjectVersions({ store, name }: Pick<BucketContext, 'store' | 'name'>, exchange: Exchange): void {
  const { query } = exchange.target
  const unknown = [...query.keys()].find((one) => !KNOWN.includes(one))
  if (unknown !== undefined) throw new S3Error('NotImplemented', `${unknown} of a list is not emulated.`)
  const prefix = query.get('prefix') ?? ''
  const maxKeys = Math.min(MAX_KEYS, Number(query.get('max-keys') ?? MAX_KEYS))
  const byKey = store.list(prefix).sort(([a], [b]) => Buffer.compare(Buffer.from(a!.key), Buffer.from(b!.key)))
  const versions = byKey.flatMap((ofKey) => ofKey.map((version, i) => ({ version, isLatest: i === 0 })))
  const page = versions.slice(0, maxKeys)
  const body = xml`<ListVersionsResult xmlns="${S3_NAMESPACE}"><Name>${name}</Name><Prefix>${prefix}</Prefix><MaxKeys>${maxKeys}</MaxKeys><IsTruncated>${String(page.length < versions.length)}</IsTruncated>${page.map(
    ({ version, isLatest }) => entryOf(version, isLatest),
  )}</ListVersionsResult>`
  respond(exchange, 200, XML_HEAD + body.text)
}

const KNOWN = ['versions', 'prefix', 'max-keys', 'x-id']

function entryOf(version: Version, isLatest: boolean) {
  const { key, versionId, lastModified } = version
  const common = xml`<Key>${key}</Key><VersionId>${versionId}</VersionId><IsLatest>${String(isLatest)}</IsLatest><LastModified>${lastModified}</LastModified>`
  return version.isDeleteMarker
    ? xml`<DeleteMarker>${common}</DeleteMarker>`
    : xml`<Version>${common}<ETag>"${version.etag}"</ETag><Size>${version.size}</Size></Version>`
}
