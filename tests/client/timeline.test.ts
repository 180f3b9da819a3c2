import { describe, expect, test } from 'vitest'
import type { MessageEvent } from '../../client/index.ts'
import { timelineOf } from '../../client/react/index.ts'
import { givenClient } from './given-client.ts'
import { pageOf, upTo } from './history-pages.ts'
import { settled } from './virtual-clock.ts'

/** Creates `general` with `count` messages. */
async function givenRoom(count: number) {
  const given = givenClient()
  const { client, server } = given
  server.room('general')
  for (const content of upTo(count)) server.keep('general', content)
  server.override = (frame) => pageOf(server, frame)
  server.features = ['sessions', 'reads']
  await client.connect()
  const room = client.room('general')
  const timeline = timelineOf(room)
  const contents = () => timeline.get().messages.map(({ content }) => content)
  /** Bob sends a message, and everybody receives it. */
  const say = (content: string) => server.socket.events(server.keep('general', content))
  return { ...given, room, timeline, contents, say }
}

/** Does the same, and opens the timeline. */
async function givenGeneral(count: number) {
  const given = await givenRoom(count)
  await given.timeline.load()
  return given
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
    expect(timeline.get().hasOlder).toBe(false)
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
    expect(timeline.get()).toMatchObject({ isReady: true, isLoading: false, error: { code: 'forbidden' } })
    server.override = override
    await timeline.loadOlder()
    expect(contents()).toEqual(upTo(60))
  })

  test('the newest that fails says so, and can be asked for again', async () => {
    const { server, timeline } = await givenRoom(2)
    server.override = (frame) =>
      frame.action === 'getHistory' ? { error: { code: 'not_a_member', retryable: false } } : undefined
    await timeline.load()
    expect(timeline.get()).toMatchObject({ isReady: false, isLoading: false, error: { code: 'not_a_member' } })
    server.override = (frame) => pageOf(server, frame)
    await timeline.load()
    expect(timeline.get()).toMatchObject({ isReady: true, hasOlder: false, error: undefined })
  })
})

describe('what comes in', () => {
  test('follows the newest page, also what comes while that is on its way', async () => {
    const { timeline, say } = await givenRoom(60)
    const loading = timeline.load()
    say('61')
    await loading
    say('62')
    expect(timeline.get().messages.map(({ content }) => content)).toEqual(from(12, 62))
  })

  test('before the page’s first message is left to history, for there may be a gap between', async () => {
    const { server, timeline, say } = await givenRoom(10)
    say('11')
    for (const content of from(12, 90)) server.keep('general', content)
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
    expect(timeline.get().isReady).toBe(true)
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
    expect(timeline.get()).toMatchObject({ isReady: true, hasOlder: true })
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
    for (const content of from(4, 800)) say(content)
    const first = Number(contents()[0])
    expect(first).toBeGreaterThan(300)
    expect(contents()).toEqual(from(first, 800))
    expect(timeline.get().hasOlder).toBe(true)
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

describe('a membership that ends and begins again', () => {
  const roomAdded = { event: 'roomAdded', chatRoomId: 'general', roomName: 'general', headSeq: 3 }

  test.each<[string, (given: Awaited<ReturnType<typeof givenGeneral>>) => unknown]>([
    ['joined again', ({ room }) => room.join()],
    ['put into it again', ({ server }) => server.socket.events(roomAdded)],
    [
      'found in it by the next connection',
      async ({ server, clock }) => {
        server.socket.cut()
        await clock.advance(1_000)
      },
    ],
  ])('after which it is %s, the room is loaded anew', async (_, comeBack) => {
    const given = await givenGeneral(2)
    const { room, server, timeline, contents } = given
    const stale: unknown[] = []
    room.on('stale', () => stale.push(room.joined))
    await room.leave()
    expect(contents()).toEqual([])
    server.keep('general', '3')
    await comeBack(given)
    await settled()
    expect(contents()).toEqual(['1', '2', '3'])
    expect(timeline.get()).toMatchObject({ isReady: true, hasOlder: false })
    expect(stale).toEqual([true])
  })

  test('makes a page of before no part of what comes after', async () => {
    const { room, server, timeline, contents } = await givenGeneral(60)
    const { override } = server
    let late: string | undefined
    server.override = (frame) => {
      if (frame.action !== 'getHistory') return override(frame, server.socket)
      late = frame.requestId
      return 'nothing'
    }
    const loading = room.history({ limit: 1 })
    await settled()
    server.override = override
    await room.leave()
    for (const content of from(61, 120)) server.keep('general', content)
    await room.join()
    await settled()
    const data = { messages: server.room('general').slice(0, 60), hasMore: false }
    server.socket.push({ type: 'reply', action: 'getHistory', requestId: late, data })
    await loading
    expect(contents()).toEqual(from(71, 120))
    expect(timeline.get().hasOlder).toBe(true)
  })
})

describe('a page that is asked for again meanwhile', () => {
  const refused = { error: { code: 'not_a_member', retryable: false } } as const

  test('is waited for: it was refused as this user came in', async () => {
    const { room, server, timeline, contents } = await givenRoom(3)
    await room.leave()
    const { override } = server
    server.override = (frame, socket) => {
      if (frame.action !== 'getHistory') return override(frame, socket)
      server.override = override
      return refused
    }
    const joining = room.join()
    const loading = timeline.load()
    await Promise.all([joining, loading])
    expect(timeline.get()).toMatchObject({ isReady: true, isLoading: false, error: undefined })
    expect(contents()).toEqual(upTo(3))
  })

  test('is waited for: the user was away for a moment', async () => {
    const { server, timeline, contents } = await givenGeneral(60)
    const { override } = server
    let late = (): void => {}
    server.override = (frame, socket) => {
      if (frame.action !== 'getHistory' || frame.before !== undefined) return override(frame, socket)
      const { action, requestId } = frame
      late = () => socket.push({ type: 'reply', action, requestId, ...(override(frame, socket) as object) })
      return 'nothing'
    }
    const looking = timeline.seek(({ seq }) => seq <= 5)
    server.socket.events(
      { event: 'removed', chatRoomId: 'general', reason: 'kicked' },
      { event: 'roomAdded', chatRoomId: 'general', roomName: 'general', headSeq: 60 },
    )
    await settled()
    late()
    expect(await looking).toBe(true)
    expect(contents()).toEqual(upTo(60))
  })

  test('is asked for once when a user comes back who could not read it', async () => {
    const { room, server, timeline, contents } = await givenRoom(3)
    await room.leave()
    const { override } = server
    server.override = (frame, socket) => (frame.action === 'getHistory' ? refused : override(frame, socket))
    await timeline.load()
    expect(timeline.get().error).toMatchObject({ code: 'not_a_member', message: 'refused by the fake server' })
    server.override = override
    const before = server.asked('getHistory').length
    await room.join()
    await settled()
    expect(contents()).toEqual(upTo(3))
    expect(server.asked('getHistory')).toHaveLength(before + 1)
  })
})

describe('a conversation with one user', () => {
  function givenConversation() {
    const given = givenClient()
    const { client, server } = given
    server.keep('dm:1', 'of before')
    server.facts.set('dm:1', { roomName: 'bob, me' })
    return { ...given, bob: client.direct('bob') }
  }

  test('is shown once its room is found, with its threads', async () => {
    const { client, server, bob } = givenConversation()
    const [{ messageId: threadId }] = server.room('dm:1') as [MessageEvent]
    server.keep('dm:1', 'reply', { threadId })
    const timeline = timelineOf(bob)
    const thread = timelineOf(bob, { threadId })
    await Promise.all([timeline.load(), thread.load()])
    expect(timeline.get().messages).toEqual([])
    const updated: unknown[] = []
    bob.on('updated', () => updated.push(bob.room?.id))
    await client.connect()
    await settled()
    expect(updated).toContain('dm:1')
    expect(timeline.get()).toMatchObject({ isReady: true, messages: [{ content: 'of before' }] })
    expect(thread.get().messages).toMatchObject([{ content: 'reply' }])
  })

  test('whose page fails once its room is found says so, and can be asked for again', async () => {
    const { client, server, bob } = givenConversation()
    const timeline = timelineOf(bob)
    await timeline.load()
    server.override = ({ action }) =>
      action === 'getHistory' ? { error: { code: 'forbidden', retryable: false } } : undefined
    await client.connect()
    await settled()
    expect(timeline.get()).toMatchObject({ isReady: false, isLoading: false, error: { code: 'forbidden' } })
    server.override = () => undefined
    await timeline.load()
    expect(timeline.get()).toMatchObject({ isReady: true, messages: [{ content: 'of before' }] })
  })

  test('that begins with one’s own message shows it at once', async () => {
    const { client, bob } = givenConversation()
    await client.connect()
    const timeline = timelineOf(client.direct('ada'))
    await timeline.load()
    const seen: unknown[] = []
    timeline.subscribe(() => seen.push(timeline.get().isReady))
    await client.direct('ada').send({ content: 'hi' }).done
    await settled()
    expect(timeline.get()).toMatchObject({ unsent: [], messages: [{ content: 'hi' }] })
    expect(seen).not.toContain(false)
    expect(bob.room?.id).toBe('dm:1')
  })
})

describe('own messages', () => {
  test('are there at once, and become the room’s', async () => {
    const { timeline, room, contents } = await givenGeneral(1)
    room.send({ content: 'hello' })
    expect(timeline.get().unsent).toMatchObject([{ content: 'hello', state: 'sending' }])
    await settled()
    expect(timeline.get().unsent).toEqual([])
    expect(contents()).toEqual(['1', 'hello'])
  })

  test('wait for a connection, and are sent once', async () => {
    const { timeline, room, server, clock, contents } = await givenGeneral(1)
    server.socket.cut()
    room.send({ content: 'hello' })
    await settled()
    expect(timeline.get().unsent).toMatchObject([{ state: 'sending' }])
    await clock.advance(1_000)
    expect(contents()).toEqual(['1', 'hello'])
    expect(server.room('general')).toHaveLength(2)
  })

  test('that fail stay until they are sent again, or deleted', async () => {
    const { timeline, room, server, contents } = await givenGeneral(1)
    const { override } = server
    server.override = () => ({ error: { code: 'too_large', retryable: false } })
    room.send({ content: 'one' })
    room.send({ content: 'two' })
    await settled()
    expect(timeline.get().unsent).toMatchObject([
      { content: 'one', state: 'failed', error: { code: 'too_large', message: 'refused by the fake server' } },
      { content: 'two', state: 'failed' },
    ])
    server.override = override
    const [one, two] = timeline.get().unsent
    one!.discard()
    two!.retry()
    await settled()
    expect(timeline.get().unsent).toEqual([])
    expect(contents()).toEqual(['1', 'two'])
  })
})

test('a thread has its own, and what is written in it is not the room’s unless it is said there too', async () => {
  const { timeline, room, server } = await givenGeneral(1)
  server.socket.cut()
  const thread = timelineOf(room, { threadId: 'm1' })
  expect(timelineOf(room, { threadId: 'm1' })).toBe(thread)
  room.send({ content: 'reply', threadId: 'm1' })
  room.send({ content: 'both', threadId: 'm1', inRoom: true })
  const unsentIn = (one: typeof timeline) => one.get().unsent.map(({ content }) => content)
  expect(unsentIn(thread)).toEqual(['reply', 'both'])
  expect(unsentIn(timeline)).toEqual(['both'])
})

describe('a message that is looked for', () => {
  test('is found some pages back', async () => {
    const { timeline, contents } = await givenGeneral(180)
    expect(await timeline.seek(({ seq }) => seq <= 40)).toBe(true)
    expect(contents()).toEqual(from(31, 180))
  })

  test('is given up when nobody wants it any more, or a page fails', async () => {
    const { timeline, server } = await givenGeneral(180)
    expect(
      await timeline.seek(
        ({ seq }) => seq <= 40,
        () => false,
      ),
    ).toBe(false)
    server.override = () => ({ error: { code: 'forbidden', retryable: false } })
    expect(await timeline.seek(({ seq }) => seq <= 40)).toBe(false)
    expect(timeline.get().error).toMatchObject({ code: 'forbidden', message: 'refused by the fake server' })
  })
})
