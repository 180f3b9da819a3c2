import { expect, test } from 'vitest'
import { PRESENCE_LEASE_MS } from '../../src/protocol/limits.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import { givenClient, givenJoinedRoom } from './given-client.ts'
import { detailsOf } from './given-details.ts'
import { settled } from './virtual-clock.ts'

const LATER = 120_000

/** Somebody else is present. This user isn't yet. */
async function givenPresence(
  present: object[] = [{ userId: 'bob', since: 1 }],
  options: Parameters<typeof givenClient>[0] = {},
) {
  const given = await givenJoinedRoom(options)
  const { server, clock, room } = given
  server.features = ['sessions', 'presence']
  const state = { present, leaseMs: PRESENCE_LEASE_MS }
  server.override = ({ action }) => {
    if (action === 'enterPresence') return { data: { until: clock.now() + state.leaseMs, everyMs: LATER } }
    if (action === 'leavePresence') return { data: {} }
    if (action !== 'getPresence') return undefined
    return { data: { present: state.present, count: state.present.length, capped: false } }
  }
  server.socket.cut()
  await clock.advance(1_000)
  const heard: string[] = []
  for (const name of ['enter', 'update', 'leave'] as const) {
    room.presence.on(name, ({ userId }) => heard.push(`${name} ${userId}`))
  }
  const tell = (event: string, userId: string, more: object = {}) =>
    server.socket.events({ event, chatRoomId: 'general', userId, since: 1, at: clock.now(), ...more })
  const left = (userId: string, more: object = {}) =>
    tell('presenceLeft', userId, { effectiveAt: clock.now() + 15_000, ...more })
  const ids = () => room.presence.people.map(({ userId }) => userId)
  return { ...given, state, heard, tell, left, ids }
}

test('whoever enters knows who is here, renews it while they stay, and asks again every other minute', async () => {
  const { server, clock, room, ids, state, heard } = await givenPresence()
  expect(server.asked('getPresence')).toEqual([])
  await room.presence.enter({ reading: true })
  expect(ids()).toEqual(['bob'])
  state.present = [{ userId: 'cleo', data: { at: 1 }, since: 2 }]
  await clock.advance(LATER)
  expect(ids()).toEqual(['cleo'])
  expect(heard).toEqual(['enter bob', 'enter cleo', 'leave bob'])
  await clock.advance(LATER)
  expect(server.asked('enterPresence').map(({ data }) => data)).toEqual(Array(3).fill({ reading: true }))
  expect(server.asked('getPresence')).toHaveLength(3)
  await room.presence.leave()
  await clock.advance(3 * LATER)
  expect(server.asked('enterPresence')).toHaveLength(3)
  expect(server.asked('getPresence')).toHaveLength(3)
  expect(server.asked('leavePresence')).toHaveLength(1)
  expect(ids()).toEqual([])
})

const me = { userId: 'me', since: 1 }

test('a renewal leaves the data out, because it would replace what another device has set since', async () => {
  const { server, clock, room } = await givenPresence([me])
  const sent = () => server.asked('enterPresence').map(({ data }) => data)
  const data = { reading: true }
  await room.presence.enter(data)
  await clock.advance(2 * LATER)
  expect(sent()).toEqual([data, undefined, undefined])
  await room.presence.enter()
  await room.presence.enter(data)
  expect(sent().slice(3)).toEqual([undefined, data])
})

test('the data are sent again where the server may not have them: after the lease, or if nobody is shown', async () => {
  const { server, clock, room, state, left } = await givenPresence([me])
  const sent = () => server.asked('enterPresence').map(({ data }) => data)
  const data = { reading: true }
  await room.presence.enter(data)
  await clock.advance(LATER)
  expect(sent()).toEqual([data, undefined])
  left('me')
  await room.presence.enter()
  expect(sent().slice(2)).toEqual([data])
  state.present = []
  await room.presence.get()
  await room.presence.enter()
  expect(sent().slice(3)).toEqual([data])
  state.present = [me]
  state.leaseMs = LATER
  await room.presence.enter(data)
  await clock.advance(LATER)
  expect(sent().slice(4)).toEqual([data, data])
})

test('a renewal that waited for another connection has not set the data there', async () => {
  const { server, clock, room } = await givenPresence([me])
  const data = { reading: true }
  await room.presence.enter(data)
  const answer = server.override
  server.override = (frame, socket) => {
    if (frame.action !== 'enterPresence') return answer(frame, socket)
    server.override = answer
    socket.cut()
    return 'nothing'
  }
  await clock.advance(LATER + 5_000)
  expect(server.socket.actions('enterPresence').map((frame) => frame.data)).toContainEqual(data)
})

test('who vanished without a word is hidden within 7 minutes: their lease and the longest wait for the next look', async () => {
  const { server, clock, room } = await givenPresence([], { random: () => 0.999 })
  const looks: number[] = []
  const { override } = server
  server.override = (frame, socket) => {
    if (frame.action === 'getPresence') looks.push(clock.now())
    return override(frame, socket)
  }
  await room.presence.enter()
  await clock.advance(3_600_000)
  const waits = looks.slice(1).map((at, i) => at - looks[i]!)
  expect(waits.length).toBeGreaterThan(20)
  expect(PRESENCE_LEASE_MS + Math.max(...waits)).toBeLessThanOrEqual(7 * 60_000)
})

test('whoever disconnects leaves nothing that would wait, and is present again with the next connection', async () => {
  const { client, server, clock, room, ids } = await givenPresence()
  await room.presence.enter({ reading: true })
  client.disconnect()
  expect(clock.timers).toBe(0)
  await client.connect()
  await settled()
  await clock.advance(1_000)
  expect(server.asked('enterPresence').map(({ data }) => data)).toEqual(Array(2).fill({ reading: true }))
  expect(ids()).toEqual(['bob'])
})

test('after a reconnect it enters again, with what was shown', async () => {
  const { server, clock, room, ids } = await givenPresence()
  await room.presence.enter({ reading: true })
  await room.presence.update({ reading: false })
  server.socket.cut()
  await clock.advance(1_000)
  expect(server.socket.actions('enterPresence').map(({ data }) => data)).toEqual([{ reading: false }])
  expect(ids()).toEqual(['bob'])
})

test('complaint 15: whoever leaves is shown for 15 s more, and is never hidden when they are back by then', async () => {
  const { clock, room, tell, left, ids, heard } = await givenPresence()
  await room.presence.enter()
  left('bob')
  await clock.advance(14_000)
  expect(ids()).toEqual(['bob'])
  tell('presenceEntered', 'bob')
  await clock.advance(30_000)
  expect(ids()).toEqual(['bob'])
  left('bob')
  await clock.advance(15_000)
  expect(ids()).toEqual([])
  expect(heard).toEqual(['enter bob', 'leave bob'])
})

test('a presenceLeft that comes late does not hide who has entered again', async () => {
  const { clock, room, tell, left, ids } = await givenPresence()
  await room.presence.enter()
  const at = clock.now()
  await clock.advance(1_000)
  tell('presenceEntered', 'bob')
  left('bob', { at })
  await clock.advance(30_000)
  expect(ids()).toEqual(['bob'])
})

test('a presenceEntered that comes late does not show who has left since', async () => {
  const { clock, room, tell, left, ids } = await givenPresence([])
  await room.presence.enter()
  const at = clock.now()
  await clock.advance(1_000)
  left('bob')
  tell('presenceEntered', 'bob', { at })
  await clock.advance(1_000)
  expect(ids()).toEqual([])
})

test('what a reply says does not undo what an event has told meanwhile', async () => {
  const { server, clock, room, tell, left, ids, state } = await givenPresence()
  await room.presence.enter()
  const answer = server.override
  server.override = (frame, socket) => {
    if (frame.action !== 'getPresence') return answer(frame, socket)
    // The events arrive before the reply, although the reply was made earlier.
    left('bob')
    tell('presenceEntered', 'zoe')
    return answer(frame, socket)
  }
  state.present = [{ userId: 'bob', since: 1 }]
  await room.presence.get()
  expect(ids()).toEqual(['bob', 'zoe'])
  await clock.advance(15_000)
  expect(ids()).toEqual(['zoe'])
})

test('a user who is asked for within the grace is still shown until its end', async () => {
  const { clock, room, left, ids, state } = await givenPresence()
  await room.presence.enter()
  left('bob')
  state.present = []
  await room.presence.get()
  expect(ids()).toEqual(['bob'])
  await clock.advance(15_000)
  expect(ids()).toEqual([])
})

test('other data is an update, the same again is nothing', async () => {
  const { room, tell, heard } = await givenPresence([])
  await room.presence.enter()
  tell('presenceEntered', 'bob', { data: { at: 1 } })
  tell('presenceEntered', 'bob', { data: { at: 1 } })
  tell('presenceUpdated', 'bob', { data: { at: 2 } })
  expect(heard).toEqual(['enter bob', 'update bob'])
  expect(room.presence.people).toEqual([{ userId: 'bob', data: { at: 2 }, since: 1 }])
})

test('to enter and to leave at once ends outside, whatever order the frames are handled in', async () => {
  const { server, clock, room } = await givenPresence()
  const { presence } = room
  await Promise.all([presence.enter(), presence.leave(), presence.enter(), presence.leave()])
  await settled()
  await clock.advance(3 * LATER)
  const sent = server.asked('enterPresence').length
  expect(sent).toBeLessThanOrEqual(1)
  expect(server.socket.asked.at(-1)?.action).not.toBe('enterPresence')
})

test('without a connection, to enter waits, and to leave ends the wait', async () => {
  const { server, clock, room, errors } = await givenPresence()
  server.down = true
  server.socket.cut()
  await clock.advance(100)
  const entered = room.presence.enter()
  await room.presence.leave()
  await entered
  server.down = false
  await clock.advance(60_000)
  expect(server.asked('enterPresence')).toEqual([])
  expect(errors).toEqual([])
})

test('whoever is shown out of the room is present no more, and nobody is shown', async () => {
  const { server, clock, room, ids } = await givenPresence()
  await room.presence.enter()
  server.socket.events({ event: 'removed', chatRoomId: 'general', reason: 'kicked' })
  expect(ids()).toEqual([])
  await clock.advance(3 * LATER)
  expect(server.asked('enterPresence')).toHaveLength(1)
})

test('a refusal is given to who enters, and it is over', async () => {
  const { server, clock, room } = await givenPresence()
  const answer = server.override
  server.override = (frame, socket) =>
    frame.action === 'enterPresence' ? { error: { code: 'limit_reached', retryable: false } } : answer(frame, socket)
  await expect(room.presence.enter()).rejects.toMatchObject({ code: 'limit_reached' })
  await clock.advance(3 * LATER)
  expect(server.asked('enterPresence')).toHaveLength(1)
})

test('who is online is asked for fifty rooms at a time', async () => {
  const { server, client } = givenClient()
  server.override = ({ action, chatRoomIds }) =>
    action === 'getOnline'
      ? {
          data: {
            rooms: Object.fromEntries((chatRoomIds as string[]).map((id) => [id, { userIds: [], capped: false }])),
          },
        }
      : undefined
  await client.connect()
  const ids = Array.from({ length: 51 }, (_, i) => `room-${i}`)
  expect(Object.keys(await client.online([client.room('room-0'), ...ids.slice(1)]))).toEqual(ids)
  expect(server.asked('getOnline').map(({ chatRoomIds }) => (chatRoomIds as string[]).length)).toEqual([50, 1])
})

test('a user of a direct room is online at once, and offline after 15 s, unless they are back by then', async () => {
  const { server, client, clock } = givenClient()
  server.room('dm:bob')
  await client.connect()
  const heard: string[] = []
  client.on('online', ({ userId, online }) => heard.push(`${userId} ${online}`))
  const tell = (online: boolean, at = clock.now()) =>
    server.socket.events({
      ...{ event: 'online', chatRoomId: 'dm:bob', userId: 'bob', online, at },
      effectiveAt: online ? at : at + 15_000,
    })
  tell(true)
  tell(false)
  await clock.advance(14_000)
  tell(true)
  tell(false, clock.now() - 1)
  await clock.advance(60_000)
  expect(heard).toEqual(['bob true', 'bob true'])
  tell(false)
  await clock.advance(15_000)
  expect(heard.at(-1)).toBe('bob false')
})

test('when the room’s settings switch presence off or on, it asks who is here at once and enters again', async () => {
  const { server, clock, room, ids, state } = await givenPresence()
  await room.presence.enter({ reading: true })
  state.present = []
  const details = (presence: boolean, version: number) =>
    detailsOf('link', { version, settings: { ...settingsOf('link'), presence } })
  server.socket.events({ event: 'roomUpdated', chatRoomId: 'general', rev: 1, room: details(false, 1) })
  await settled()
  expect(ids()).toEqual([])
  state.present = [{ userId: 'bob', since: 2 }]
  server.socket.events({ event: 'roomUpdated', chatRoomId: 'general', rev: 2, room: details(true, 2) })
  await settled()
  expect(ids()).toEqual(['bob'])
  expect(server.asked('enterPresence').map(({ data }) => data)).toEqual(Array(3).fill({ reading: true }))
  server.socket.events({ event: 'roomUpdated', chatRoomId: 'general', rev: 3, room: details(true, 3) })
  await clock.advance(1_000)
  expect(server.asked('enterPresence')).toHaveLength(3)
})
