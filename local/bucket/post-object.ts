import type { Readable } from 'node:stream'
import { authenticateForm } from './authenticate.ts'
import { Digester, expectedDigests } from './digests.ts'
import type { BucketContext } from './bucket-context.ts'
import { respond, type Exchange } from './exchange.ts'
import { readForm } from './form-data.ts'
import { objectHeaders } from './object-headers.ts'
import type { Incoming, ObjectStore, StoredObject } from './object-store.ts'
import { checkPolicy, parsePolicy, type PostPolicy } from './post-policy.ts'
import { MAX_OBJECT_BYTES } from './put-object.ts'
import { S3Error } from './s3-error.ts'
import { storeObject, type StoringContext } from './store-object.ts'
import { tagsFromXml } from './tags.ts'
import { checkKey, encodePath } from './target.ts'
import { xml, XML_HEAD } from './xml.ts'

interface Upload {
  /** By lower-cased name. */
  fields: Map<string, string>
  incoming: Incoming
}

type PostContext = StoringContext & Pick<BucketContext, 'name' | 'signers'>

/**
 * Handles a browser's upload with a signed policy.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export async function postObject(context: PostContext, exchange: Exchange): Promise<void> {
  const take = async (sent: ReadonlyMap<string, string>, file: Readable, fileName: string): Promise<Upload> => {
    await authenticateForm(sent, context.signers)
    const policy = parsePolicy(sent.get('policy') ?? '')
    const fields = withFileName(sent, fileName)
    if (fields.get('bucket') !== undefined && fields.get('bucket') !== context.name) {
      throw new S3Error('AccessDenied', 'Invalid according to Policy: the bucket is another one')
    }
    checkPolicy(policy, new Map(fields).set('bucket', context.name), context.now())
    return { fields, incoming: await receiveFile(context.store, policy, fields, file) }
  }
  const undo = ({ incoming }: Upload): Promise<void> => context.store.discard(incoming)
  const { fields, incoming } = await readForm(exchange.req, take, undo)
  let object: StoredObject
  try {
    const described = {
      key: keyOf(fields),
      ...objectHeaders(fields),
      tags: fields.has('tagging') ? tagsFromXml(fields.get('tagging') ?? '') : {},
    }
    object = await storeObject(context, exchange, 'Post', incoming, described)
  } catch (error) {
    await context.store.discard(incoming)
    throw error
  }
  respondToForm(context.name, exchange, fields, object)
}

async function receiveFile(
  store: ObjectStore,
  { sizeRange }: PostPolicy,
  fields: ReadonlyMap<string, string>,
  file: Readable,
): Promise<Incoming> {
  keyOf(fields)
  const { min, max } = sizeRange ?? { min: 0, max: MAX_OBJECT_BYTES }
  const digester = new Digester(expectedDigests((name) => fields.get(name), fields.keys()))
  async function* bounded(): AsyncGenerator<Buffer> {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      if (digester.size + chunk.length > max) {
        throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size')
      }
      yield chunk
    }
    if (digester.size < min) {
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
    }
  }
  return store.receive(bounded(), digester)
}

/** Replaces `${filename}` by the file's own name in every field except the policy and its signature. */
function withFileName(sent: ReadonlyMap<string, string>, fileName: string): Map<string, string> {
  const kept = new Set(['policy', 'x-amz-signature'])
  return new Map(
    [...sent].map(([name, value]) => [name, kept.has(name) ? value : value.replaceAll('${filename}', () => fileName)]),
  )
}

function keyOf(fields: ReadonlyMap<string, string>): string {
  const key = fields.get('key')
  if (key === undefined || key === '') {
    throw new S3Error(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.",
    )
  }
  checkKey(key)
  return key
}

function respondToForm(
  bucket: string,
  exchange: Exchange,
  fields: ReadonlyMap<string, string>,
  object: StoredObject,
): void {
  const location = `http://${exchange.headers.host ?? ''}/${bucket}/${encodePath(object.key)}`
  const redirect = fields.get('success_action_redirect') ?? ''
  if (/^https?:\/\//.test(redirect) && URL.canParse(redirect)) {
    const url = new URL(redirect)
    url.searchParams.set('bucket', bucket)
    url.searchParams.set('key', object.key)
    url.searchParams.set('etag', `"${object.etag}"`)
    exchange.res.setHeader('location', url.href)
    respond(exchange, 303)
    return
  }
  exchange.res.setHeader('location', location)
  switch (fields.get('success_action_status') ?? '204') {
    case '200':
      respond(exchange, 200)
      return
    case '201': {
      const stored = xml`<Bucket>${bucket}</Bucket><Key>${object.key}</Key><ETag>"${object.etag}"</ETag>`
      const result = xml`<PostResponse><Location>${location}</Location>${stored}</PostResponse>`
      respond(exchange, 201, XML_HEAD + result.text)
      return
    }
    default:
      respond(exchange, 204)
  }
}
