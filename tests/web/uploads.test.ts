import { describe, expect, test } from 'vitest'
import { ChatError, type MessageEvent, type Room, type UploadOptions } from '../../client/index.ts'
import { type UploadLimits, Uploads } from '../../web/src/state/uploads.ts'
import { settled } from '../client/virtual-clock.ts'

interface Sent {
  file: File
  options: UploadOptions
  finish: () => void
  fail: (error: Error) => void
}

function givenUploads(limits?: UploadLimits) {
  const sent: Sent[] = []
  const upload: Room['upload'] = (file, options = {}) =>
    new Promise<MessageEvent>((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error))
      sent.push({ file: file as File, options, finish: () => resolve({} as MessageEvent), fail: reject })
    })
  const uploads = new Uploads(
    () => ({ upload }),
    () => limits,
  )
  const states = () => uploads.get().map(({ name, state }) => `${name} ${state}`)
  return { uploads, sent, states }
}

const text = (name: string) => new File(['text'], name, { type: 'text/plain' })

test('shows how far a file has come, and forgets it when the room has it', async () => {
  const { uploads, sent, states } = givenUploads()
  uploads.add([text('a')])
  await settled()
  expect(sent[0]?.options.contentType).toBe('text/plain')
  sent[0]?.options.onProgress?.(0.4)
  expect(uploads.get()).toMatchObject([{ name: 'a', size: 4, fraction: 0.4, state: 'sending' }])
  sent[0]?.options.onProgress?.(1)
  expect(states()).toEqual(['a checking'])
  sent[0]?.finish()
  await settled()
  expect(states()).toEqual([])
})

test('what goes with the text goes with the first of the files that wait; they are sent one after the other', async () => {
  const { uploads, sent } = givenUploads()
  uploads.stage(['a', 'b'].map(text))
  await settled()
  uploads.sendStaged({ caption: 'look', mentions: ['bob'] }, { inRoom: true })
  uploads.add([text('c')], { replyTo: '1' })
  await settled()
  expect(sent.map(({ file }) => file.name)).toEqual(['a', 'c'])
  sent[0]!.finish()
  await settled()
  const besides = sent.map(({ options: { caption, mentions, inRoom, replyTo } }) => ({
    caption,
    mentions,
    inRoom,
    replyTo,
  }))
  expect(besides).toEqual([{ caption: 'look', mentions: ['bob'], inRoom: true }, { replyTo: '1' }, { inRoom: true }])
})

test('a file that fails, or is taken back, holds up none of those behind it', async () => {
  const { uploads, sent, states } = givenUploads()
  uploads.stage(['a', 'b', 'c', 'd'].map(text))
  await settled()
  uploads.moveEarlier(uploads.get()[1]!.id)
  uploads.moveEarlier(uploads.get()[0]!.id)
  uploads.sendStaged({})
  await settled()
  expect(states()).toEqual(['b sending', 'a waiting', 'c waiting', 'd waiting'])
  uploads.cancel(uploads.get()[1]!.id)
  uploads.cancel(uploads.get()[0]!.id)
  await settled()
  expect(states()).toEqual(['c sending', 'd waiting'])
  sent.at(-1)!.fail(new Error('lost'))
  await settled()
  expect(states()).toEqual(['c failed', 'd sending'])
})

test('sends three at a time, the others when there is room', async () => {
  const { uploads, sent, states } = givenUploads()
  uploads.add(['a', 'b', 'c', 'd'].map(text))
  await settled()
  expect(states()).toEqual(['a sending', 'b sending', 'c sending', 'd waiting'])
  sent[1]?.finish()
  await settled()
  expect(states()).toEqual(['a sending', 'c sending', 'd sending'])
})

test('takes one back that is cancelled, and continues with the next', async () => {
  const { uploads, sent, states } = givenUploads()
  uploads.add(['a', 'b', 'c', 'd'].map(text))
  await settled()
  uploads.cancel(uploads.get()[0]!.id)
  await settled()
  expect(sent[0]?.options.signal?.aborted).toBe(true)
  expect(states()).toEqual(['b sending', 'c sending', 'd sending'])
})

test('one that waits can be cancelled and is never sent', async () => {
  const { uploads, sent } = givenUploads()
  uploads.add(['a', 'b', 'c', 'd'].map(text))
  await settled()
  uploads.cancel(uploads.get()[3]!.id)
  for (const { finish } of sent) finish()
  await settled()
  expect(sent.map(({ file }) => file.name)).toEqual(['a', 'b', 'c'])
})

test('keeps what fails, to be tried again or taken off', async () => {
  const { uploads, sent, states } = givenUploads()
  uploads.add([text('a')])
  await settled()
  const error = new Error('no')
  sent[0]?.fail(error)
  await settled()
  expect(uploads.get()).toMatchObject([{ state: 'failed', error }])
  uploads.retry(uploads.get()[0]!.id)
  await settled()
  expect(states()).toEqual(['a sending'])
  sent[1]?.fail(error)
  await settled()
  uploads.cancel(uploads.get()[0]!.id)
  expect(states()).toEqual([])
})

test.each([
  ['an empty file', new File([], 'a', { type: 'text/plain' }), 'This file is empty.'],
  ['what is neither text nor of a known type', new File([new Uint8Array([0xff])], 'core'), /not accepted/],
])('does not send %s', async (_what, file, reason) => {
  const { uploads, sent } = givenUploads()
  uploads.add([file])
  await settled()
  expect(sent).toEqual([])
  expect(uploads.get()[0]?.state).toBe('refused')
  expect((uploads.get()[0]?.error as Error).message).toMatch(reason)
})

describe('in a deployment with other limits', () => {
  const limits = { fileBytes: 10, contentTypes: ['text/plain', 'image/*'] }
  const file = (bytes: number, type: string) => new File([new Uint8Array(bytes)], 'a', { type })

  test.each([
    [file(11, 'text/plain'), 'That is larger than the chat takes.'],
    [file(10, 'text/csv'), 'Files of this type are not accepted.'],
  ])('%o is refused before it is sent', async (refused, reason) => {
    const { uploads, sent } = givenUploads(limits)
    uploads.add([refused])
    await settled()
    expect(sent).toEqual([])
    expect(uploads.get()).toMatchObject([{ state: 'refused', error: { message: reason } }])
  })

  test.each([file(10, 'text/plain'), file(1, 'image/png')])('%o is sent', async (accepted) => {
    const { uploads, sent } = givenUploads(limits)
    uploads.add([accepted])
    await settled()
    expect(sent).toHaveLength(1)
  })
})

test.each([
  [new ChatError('invalid_request', 'unable to accept the frame; it is not of the schema'), 'refused'],
  [new ChatError('too_large', 'unable to accept the file; it is over 5 bytes'), 'refused'],
  [new ChatError('upload_failed', 'unable to upload; type_mismatch'), 'refused'],
  [new ChatError('upload_failed', 'unable to upload; the bucket answered 503'), 'failed'],
  [new ChatError('unavailable', 'unable to upload; busy', true), 'failed'],
])('after %o, the file has %s', async (error, state) => {
  const { uploads, sent, states } = givenUploads()
  uploads.add([text('a')])
  await settled()
  expect(uploads.areUnderWay).toBe(true)
  sent[0]?.fail(error)
  await settled()
  expect(states()).toEqual([`a ${state}`])
  expect(uploads.areUnderWay).toBe(false)
})

test('says that a conversation begins with a message', async () => {
  const uploads = new Uploads(
    () => undefined,
    () => undefined,
  )
  uploads.add([text('a')])
  await settled()
  expect((uploads.get()[0]?.error as Error).message).toMatch(/^Say something first/)
})
