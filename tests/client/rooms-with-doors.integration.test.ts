import { expect, test } from 'vitest'
import { quietLog } from '../support/quiet-log.ts'
import { unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { listen } from './listen.ts'
import { clientOf } from './online.ts'

const chat = await useChat({ log: quietLog })

/** Ada, the owner of a private room, and Bob, whom she has added. */
async function givenPrivateRoom() {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = [clientOf(chat, adaId), clientOf(chat, bobId)]
  await Promise.all([ada.connect(), bob.connect()])
  const adas = await ada.createRoom({ roomName: 'Theirs', access: 'private', topic: 'doors' })
  const bobs = bob.room(adas.id)
  const added = new Promise<void>((resolve) => void bob.on('roomAdded', () => resolve()))
  expect(await adas.add([bobId])).toEqual({ added: [bobId], already: [], refused: [] })
  await added
  return { ada, adas, adaId, bob, bobs, bobId }
}

test('who is added hears by whom; role and access are known to both; the members have roles', async () => {
  const { adas, adaId, bobs, bobId } = await givenPrivateRoom()
  expect([adas.role, adas.access, adas.details?.topic]).toEqual(['owner', 'private', 'doors'])
  expect([bobs.role, bobs.access, bobs.addedBy, bobs.joined]).toEqual(['member', 'private', adaId, true])
  expect([adas.can('kick', 'member'), bobs.can('kick', 'guest'), bobs.can('send')]).toEqual([true, false, true])
  const { members } = await adas.memberList()
  expect(members.map(({ userId, role }) => [userId, role]).sort()).toEqual([
    ...[
      [adaId, 'owner'],
      [bobId, 'member'],
    ].sort(),
  ])
})

test('who is banned is told why, is out, and can’t come back until the ban ends', async () => {
  const { adas, bob, bobs, bobId } = await givenPrivateRoom()
  const { invite } = await adas.createInvite()
  const told = listen(bobs, 'removed')
  await adas.ban(bobId, { seconds: 600, reason: 'enough' })
  expect(await told.until(() => true)).toMatchObject({ reason: 'banned', note: 'enough' })
  expect(bob.rooms).toEqual([])
  await expect(bobs.send({ content: 'still here' }).done).rejects.toMatchObject({ code: 'not_a_member' })
  await expect(bob.join({ invite })).rejects.toMatchObject({ code: 'banned' })
  expect(await adas.bans()).toMatchObject([{ userId: bobId, reason: 'enough' }])
  await adas.unban(bobId)
  expect(await bob.join({ invite })).toBe(bobs)
  expect(bobs.joined).toBe(true)
})

test('a room that is deleted is gone for both, and deleting it again is no failure', async () => {
  const { ada, adas, bob, bobs } = await givenPrivateRoom()
  const told = listen(bobs, 'removed')
  await adas.deleteRoom()
  await adas.deleteRoom()
  expect(await told.until(() => true)).toEqual({ reason: 'roomDeleted' })
  expect([ada.rooms, bob.rooms]).toEqual([[], []])
})

test('a room that is closed, muted or announcing refuses sends, and its audit says by whom', async () => {
  const { adas, bobs, bobId } = await givenPrivateRoom()
  await adas.close()
  await expect(bobs.send({ content: 'hello' }).done).rejects.toMatchObject({ code: 'room_closed' })
  await adas.close(false)
  await adas.mute(bobId, { seconds: 60 })
  await expect(bobs.send({ content: 'hello' }).done).rejects.toMatchObject({ code: 'muted' })
  expect(bobs.can('send')).toBe(false)
  await adas.unmute(bobId)
  await adas.update({ settings: { post: 'moderator' } })
  await expect(bobs.send({ content: 'hello' }).done).rejects.toMatchObject({ code: 'forbidden' })
  const { entries } = await adas.audit()
  expect(entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['settings', 'unmute', 'mute', 'close']))
})
