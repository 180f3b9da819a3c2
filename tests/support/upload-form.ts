import type { Reply, Request } from '../../src/protocol/actions.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'

export { sendForm } from '../../scripts/shared/send-form.ts'

type Form = Reply<'handleFileUpload'>

/** Asks for a form, by default for the PNG of one pixel. */
export const givenUpload = (
  client: RawClient,
  chatRoomId: string,
  more: Partial<Request<'handleFileUpload'>> = {},
): Promise<Form> =>
  client.request({
    action: 'handleFileUpload',
    chatRoomId,
    fileName: 'dot.png',
    contentType: 'image/png',
    size: png.length,
    ...more,
  })

/** A PNG of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
