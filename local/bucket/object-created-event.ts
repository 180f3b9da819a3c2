import type { S3Event } from 'aws-lambda'
import type { StoredObject } from './object-store.ts'

/** The last part of an event's name, as in `ObjectCreated:Put`. */
export type CreatedBy = 'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'

/** An event's name, without the `s3:` of a notification's configuration. */
export type EventName = `ObjectCreated:${CreatedBy}` | 'ObjectTagging:Delete'

/** What an event contains about the request that caused it. */
export interface StoringRequest {
  requestId: string
  hostId: string
  sourceIp: string
  at: Date
}

/**
 * Builds S3's notifications, one record each, version 2.1.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export class EventSource {
  readonly #bucket: string
  readonly #region: string
  readonly #accessKeyId: string
  #sequence = 0n

  constructor(options: { bucket: string; region: string; accessKeyId: string }) {
    this.#bucket = options.bucket
    this.#region = options.region
    this.#accessKeyId = options.accessKeyId
  }

  of(eventName: EventName, object: StoredObject, request: StoringRequest & { configurationId: string }): S3Event {
    return {
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: this.#region,
          eventTime: request.at.toISOString(),
          eventName,
          userIdentity: { principalId: `AWS:${this.#accessKeyId}` },
          requestParameters: { sourceIPAddress: request.sourceIp },
          responseElements: { 'x-amz-request-id': request.requestId, 'x-amz-id-2': request.hostId },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: request.configurationId,
            bucket: {
              name: this.#bucket,
              ownerIdentity: { principalId: this.#accessKeyId },
              arn: `arn:aws:s3:::${this.#bucket}`,
            },
            object: {
              key: encodeEventKey(object.key),
              size: object.size,
              eTag: object.etag,
              versionId: object.versionId,
              sequencer: this.#nextSequencer(request.at),
            },
          },
        },
      ],
    }
  }

  /** Returns microseconds since 1970 in 16 hex digits. They rise with every event, even over restarts. */
  #nextSequencer(at: Date): string {
    const now = BigInt(at.getTime()) * 1000n
    this.#sequence = now > this.#sequence ? now : this.#sequence + 1n
    return this.#sequence.toString(16).toUpperCase().padStart(16, '0')
  }
}

/** Encodes a key as a form does, but keeps slashes: `a b/ü` becomes `a+b/%C3%BC`. */
function encodeEventKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/')
}
