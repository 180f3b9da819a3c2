import { describe, expect, test } from 'vitest'
import { settled } from '../client/virtual-clock.ts'
import { givenChat, pageOf, upTo } from './given-chat.ts'

/** `general` with so many messages, opened. */
async function givenGeneral(count: number) {
  const given = givenChat({ general: upTo(count) })
  await given.client.connect()
  const { timeline } = given.conversation('general')
  await timeline.load()
  const contents = () => timeline.get().messages.map(({ content }) => content)
  return { ...given, timeline, contents }
}

const from = (first: number, last: number) => upTo(last).slice(first - 1)

describe('pages', () => {
  test('the newest comes first, and older ones before it, each once', async () => {
    const { timeline, contents } = await givenGeneral(120)
    expect(contents()).toEqual(from(71, 120))
    await timeline.loadOlder()
    expect(contents()).toEqual(from(21, 120))
    await timeline.loadOlder()
    expect(contents()).toEqual(upTo(120))
    expect(timeline.get().older).toBe('none')
  })

  test('one is asked for at a time', async () => {
    const { timeline, server, contents } = await givenGeneral(120)
    await Promise.all([timeline.loadOlder(), timeline.loadOlder()])
    expect(server.asked('getHistory').map(({ before }) => before)).toEqual([undefined, 71])
    expect(contents()).toEqual(from(21, 120))
  })

  test('none is asked for when there is nothing older', async () => {
    const { timeline, server } = await givenGeneral(3)
    await timeline.loadOlder()
    expect(server.asked('getHistory')).toHaveLength(1)
  })

  test('one that fails says so, and can be asked for again', async () => {
    const { timeline, server, contents } = await givenGeneral(60)
    const { override } = server
    server.override = ({ action }) =>
      action === 'getHistory' ? { error: { code: 'forbidden', retryable: false } } : undefined
    await timeline.loadOlder()
    expect(timeline.get().older).toBe('failed')
    server.override = override
    await timeline.loadOlder()
    expect(contents()).toEqual(upTo(60))
  })

  test('the newest that fails says so, and can be asked for again', async () => {
    const { client, server, conversation } = givenChat({ general: upTo(2) })
    await client.connect()
    const { timeline } = conversation('general')
    server.override = (frame) =>
      frame.action === 'getHistory' ? { error: { code: 'not_a_member', retryable: false } } : undefined
    await timeline.load()
    expect(timeline.get().newest).toBe('failed')
    server.override = (frame) => pageOf(server, frame)
    await timeline.load()
    expect(timeline.get()).toMatchObject({ newest: 'ready', older: 'none' })
  })
})

describe('what comes in', () => {
  test('follows the newest page, also what comes while that is on its way', async () => {
    const { client, conversation, say } = givenChat({ general: upTo(60) })
    await client.connect()
    const { timeline } = conversation('general')
    const loading = timeline.load()
    say('general', '61')
    await loading
    say('general', '62')
    expect(timeline.get().messages.map(({ content }) => content)).toEqual(from(12, 62))
  })

  test('before the page’s first message is left to history, for there may be a gap between', async () => {
    const { client, server, conversation, say } = givenChat({ general: upTo(10) })
    await client.connect()
    say('general', '11')
    for (const content of from(12, 90)) server.keep('general', content)
    const { timeline } = conversation('general')
    await timeline.load()
    expect(timeline.get().messages.map(({ content }) => content)).toEqual(from(41, 90))
    await timeline.loadOlder()
    expect(timeline.get().messages.map(({ content }) => content)).toEqual(upTo(90))
  })

  test('is shown once and in order after a reconnect', async () => {
    const { timeline, server, clock, contents } = await givenGeneral(5)
    server.socket.cut()
    for (const content of from(6, 150)) server.keep('general', content)
    await clock.advance(1_000)
    expect(contents()).toEqual(upTo(150))
    expect(timeline.get().newest).toBe('ready')
  })

  test('after an absence too long to be made up for, the list begins anew with the newest page', async () => {
    const { timeline, server, clock, contents } = await givenGeneral(5)
    server.maxGap = 0
    server.socket.cut()
    for (const content of from(6, 1_500)) server.keep('general', content)
    await clock.advance(1_000)
    await settled()
    const [first] = contents()
    expect(contents()).toEqual(from(Number(first), 1_500))
    expect(timeline.get()).toMatchObject({ newest: 'ready', older: 'more' })
  })

  test('in a room that begins again, as one in memory does by a restart, replaces what was there', async () => {
    const { server, clock, contents } = await givenGeneral(20)
    server.socket.cut()
    server.rooms.set('general', [])
    server.keep('general', 'new')
    await clock.advance(1_000)
    await settled()
    expect(contents()).toEqual(['new'])
  })

  test('all day is shortened to the newest, and what is older can be scrolled to again', async () => {
    const { timeline, contents, say } = await givenGeneral(3)
    for (const content of from(4, 800)) say('general', content)
    const first = Number(contents()[0])
    expect(first).toBeGreaterThan(300)
    expect(contents()).toEqual(from(first, 800))
    expect(timeline.get().older).toBe('more')
    await timeline.loadOlder()
    expect(contents()).toEqual(from(first - 50, 800))
  })

  test('is shown as it is now: edited, or gone', async () => {
    const { server, contents } = await givenGeneral(3)
    const [one, two] = server.room('general').map(({ messageId }) => messageId) as [string, string]
    server.socket.events(server.edit('general', one, { content: 'uno' }), server.remove('general', two))
    expect(contents()).toEqual(['uno', '3'])
  })
})

describe('own messages', () => {
  test('are there at once, and become the room’s', async () => {
    const { timeline, conversation, contents } = await givenGeneral(1)
    conversation('general').send('hello')
    expect(timeline.get().pending).toMatchObject([{ content: 'hello', state: 'sending' }])
    await settled()
    expect(timeline.get().pending).toEqual([])
    expect(contents()).toEqual(['1', 'hello'])
  })

  test('wait for a connection, and are sent once', async () => {
    const { timeline, conversation, server, clock, contents } = await givenGeneral(1)
    server.socket.cut()
    conversation('general').send('hello')
    await settled()
    expect(timeline.get().pending).toMatchObject([{ state: 'sending' }])
    await clock.advance(1_000)
    expect(contents()).toEqual(['1', 'hello'])
    expect(server.room('general')).toHaveLength(2)
  })

  test('that fail stay until they are sent again, or deleted', async () => {
    const { timeline, conversation, server, contents } = await givenGeneral(1)
    const { override } = server
    server.override = () => ({ error: { code: 'too_large', retryable: false } })
    conversation('general').send('one')
    conversation('general').send('two')
    await settled()
    expect(timeline.get().pending).toMatchObject([
      { content: 'one', state: 'failed', error: { code: 'too_large', message: 'refused by the fake server' } },
      { content: 'two', state: 'failed' },
    ])
    server.override = override
    const [one, two] = timeline.get().pending
    timeline.discard(one!.id)
    two!.retry()
    await settled()
    expect(timeline.get().pending).toEqual([])
    expect(contents()).toEqual(['1', 'two'])
  })
})

test('joining and leaving are noted', async () => {
  const { timeline, server, clock } = await givenGeneral(1)
  const timestamp = clock.now()
  server.socket.events(
    { event: 'memberJoined', chatRoomId: 'general', userId: 'eve', timestamp },
    { event: 'memberLeft', chatRoomId: 'general', userId: 'eve', timestamp },
  )
  expect(timeline.get().notes).toMatchObject([
    { userId: 'eve', what: 'joined', timestamp },
    { userId: 'eve', what: 'left', timestamp },
  ])
})
