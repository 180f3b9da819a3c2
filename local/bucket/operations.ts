import { authenticate } from './authenticate.ts'
import { answer, type BucketContext, type Exchange, type VerifiedExchange } from './exchange.ts'
import { deleteObject, getObject } from './get-object.ts'
import { listObjects } from './list-objects.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './multipart-operations.ts'
import { objectTagging } from './object-tagging.ts'
import { postObject } from './post-object.ts'
import { putObject } from './put-object.ts'
import { S3Error } from './s3-error.ts'

/** Query parameters of the operations below; another one that isn't a signature's means an operation that isn't here. */
const KNOWN = /^(x-amz-.*|x-id|response-.*|tagging|uploads|uploadId|partNumber)$/i
const KNOWN_OF_LIST =
  /^(x-amz-.*|x-id|list-type|prefix|continuation-token|start-after|max-keys|encoding-type|fetch-owner|delimiter)$/i

/** Finds the operation that a request means, after its signature has been checked, and lets it answer. */
export async function operate(context: BucketContext, exchange: Exchange): Promise<void> {
  const { method, target, headers } = exchange
  if (target.bucket !== context.name) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist')
  const isForm = (headers['content-type'] ?? '').toLowerCase().startsWith('multipart/form-data')
  if (method === 'POST' && target.key === '' && isForm) return postObject(context, exchange)

  const verified = { ...exchange, verified: await authenticate(exchange, context.signer, context.now()) }
  const unknown = [...target.query.keys()].find((name) => !(target.key === '' ? KNOWN_OF_LIST : KNOWN).test(name))
  if (unknown !== undefined) throw notImplemented(unknown)
  if (headers['x-amz-copy-source'] !== undefined) throw notImplemented('x-amz-copy-source')
  if (target.key === '') return bucketOperation(context, verified)
  return objectOperation(context, verified)
}

function bucketOperation(context: BucketContext, exchange: VerifiedExchange): void {
  if (exchange.method === 'HEAD') return answer(exchange, 200)
  if (exchange.method !== 'GET') throw methodNotAllowed()
  if (exchange.target.query.get('list-type') !== '2') throw notImplemented('ListObjects')
  return listObjects(context, exchange)
}

async function objectOperation(context: BucketContext, exchange: VerifiedExchange): Promise<void> {
  const { query } = exchange.target
  const uploadId = query.get('uploadId')
  if (query.has('tagging') && ['GET', 'PUT', 'DELETE'].includes(exchange.method)) {
    return objectTagging(context, exchange)
  }
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      if (uploadId !== null || query.has('partNumber')) throw notImplemented('partNumber')
      return getObject(context, exchange)
    case 'PUT':
      return uploadId === null ? putObject(context, exchange) : uploadPart(context, exchange, uploadId)
    case 'DELETE':
      return uploadId === null ? deleteObject(context, exchange) : abortMultipartUpload(context, exchange, uploadId)
    case 'POST':
      if (query.has('uploads')) return createMultipartUpload(context, exchange)
      if (uploadId !== null) return completeMultipartUpload(context, exchange, uploadId)
      throw methodNotAllowed()
    default:
      throw methodNotAllowed()
  }
}

function methodNotAllowed(): S3Error {
  return new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.')
}

function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', `${what} is not emulated.`)
}
