import { expect, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

const members = ({ page }: Person) => page.getByRole('list', { name: 'Members' })

const menuItem = ({ page }: Person, name: string) => page.getByRole('menuitem', { name, exact: true })

/** Chooses an item from the menu of a member. */
async function choose(person: Person, userId: string, item: string): Promise<void> {
  await person.button(`More about ${userId}`).click()
  await menuItem(person, item).click()
}

const press = (person: Person, name: string) => person.dialog.getByRole('button', { name, exact: true }).click()

async function expectNone({ page }: Person): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(page)).toEqual([])
}

/** Creates a room of `ada`, its owner, and others. All of them have it open. */
async function givenRoom<const Names extends readonly string[]>(names: Names, access: 'private' | 'public' | 'link') {
  const userIds = names.map(unique)
  const maker = await online(stage.chat, userIds[0]!)
  const { chatRoomId } = await maker.request({
    action: 'createRoom',
    roomName: unique('Kitchen'),
    members: userIds.slice(1),
    access,
  })
  await maker.close()
  const people = await Promise.all(userIds.map((userId) => stage.enter(userId, { at: `#/room/${chatRoomId}` })))
  await Promise.all(people.map((person) => person.isReady()))
  return { chatRoomId, people: people as { [I in keyof Names]: Person } }
}

test('a private room has a lock; an invite leads into it, once, and is gone when it is revoked', async () => {
  const ada = await stage.enter(unique('ada'))
  const name = unique('Vault')
  await ada.button('New room').click()
  await ada.dialog.getByRole('radio', { name: 'Private' }).and(ada.page.locator(':checked')).waitFor()
  await ada.dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await press(ada, 'Create room')
  await ada.link(`${name} , private room`).waitFor()
  await ada.button('Invite links').click()
  await ada.dialog.getByRole('spinbutton', { name: 'Uses' }).fill('1')
  await press(ada, 'Make an invite link')
  const list = ada.dialog.getByRole('list', { name: 'Invites' })
  const invite = (await list.locator('code').textContent())!
  await expectNone(ada)

  const [bob, eve] = [
    await stage.enter(unique('bob'), { at: `#/join/${invite}` }),
    await stage.enter(unique('eve'), { at: ada.page.url().replace(/^.*#/, '#') }),
  ]
  await expectNone(bob)
  await press(bob, 'Join the room')
  await bob.page.getByRole('heading', { name, level: 1 }).waitFor()
  await eve.button('Join the room').click()
  await eve.page.getByRole('alert').getByText('There is no room with that id, or it is private.').waitFor()
  await eve.page.goto(`${stage.chat.url}/?as=${eve.userId}#/join/${invite}`)
  await press(eve, 'Join the room')
  await eve.dialog.getByRole('alert').getByText('This invite is no longer good. Ask for another one.').waitFor()
  await press(eve, 'Cancel')
  await eve.dialog.waitFor({ state: 'detached' })

  await press(ada, 'Make an invite link')
  // The invite that is used up disappears.
  await list.getByText(invite).waitFor({ state: 'detached' })
  await list.getByText('used 0 of 1 time').waitFor()
  await ada.dialog
    .getByRole('button', { name: /^Revoke/ })
    .first()
    .click()
  await eventually(() => list.locator('code').count()).toBe(0)
})

test('people are added, and who is not, and why, is said; who was added sees by whom', async () => {
  const { people } = await givenRoom(['ada', 'bob'], 'private')
  const [ada] = people
  const [cem, dan] = [unique('cem'), unique('dan')]
  const client = await online(stage.chat, dan)
  await client.request({ action: 'blockUser', userId: ada.userId })
  await client.close()
  const page = await stage.enter(cem)
  await ada.button('Add people').click()
  await ada.dialog.getByRole('textbox', { name: 'Names' }).fill(`${cem}, ${dan}, ${people[1].userId}`)
  await press(ada, 'Add')
  const result = ada.dialog.getByRole('status')
  await result.getByText(`${cem} is added.`).waitFor()
  await result.getByText(`${people[1].userId} is a member already.`).waitFor()
  await result.getByText(`${dan} is not added: they have blocked you.`).waitFor()
  await expectNone(ada)
  await page.list.getByText('New', { exact: true }).waitFor()
  await page.list.getByRole('link').first().click()
  await page.log.getByText(`${ada.userId} added you`).waitFor()
})

test('members get roles, are muted, removed and banned, with reasons that they see; the log has all of it', async () => {
  const { people } = await givenRoom(['ada', 'bob', 'cem'], 'link')
  const [ada, bob, cem] = people
  await choose(ada, bob.userId, 'Make moderator')
  await members(ada).getByText('Moderator').waitFor()
  await choose(ada, bob.userId, 'Mute …')
  await ada.dialog.getByRole('textbox', { name: 'Reason' }).fill('too loud')
  await press(ada, 'Mute')
  await members(ada)
    .getByText(/muted until/)
    .waitFor()
  // Bob learns of it at once, and his field is gone.
  await bob.page
    .getByRole('status')
    .getByText(/^You are muted until/)
    .waitFor()
  await expectNone(bob)
  await choose(ada, bob.userId, 'Remove …')
  await ada.dialog.getByRole('textbox', { name: 'Reason' }).fill('we said so')
  await expectNone(ada)
  await press(ada, 'Remove')
  const notice = bob.page.getByRole('alert').getByText(/You were removed from/)
  await notice.getByText('we said so').waitFor()
  await bob.list.getByRole('link').waitFor({ state: 'detached' })
  await expectNone(bob)
  await choose(ada, cem.userId, 'Ban …')
  await ada.dialog.getByRole('combobox', { name: 'For' }).selectOption('1 day')
  await ada.dialog.getByRole('combobox', { name: 'Delete what they said' }).selectOption('Of the last 1 day')
  await press(ada, 'Ban')
  await cem.page.getByRole('heading', { level: 1 }).waitFor()
  await cem.page
    .getByRole('main')
    .getByText(/You are banned from .* until/)
    .waitFor()
  await ada.button('Moderation').click()
  const log = ada.dialog.getByRole('list', { name: 'Log' }).getByRole('listitem')
  await log.nth(3).waitFor()
  expect(await log.allTextContents()).toEqual([
    expect.stringMatching(`${ada.userId} banned ${cem.userId} until`),
    expect.stringMatching(`${ada.userId} removed ${bob.userId}: we said so`),
    expect.stringMatching(`${ada.userId} muted ${bob.userId} until .*: too loud`),
    expect.stringMatching(`${ada.userId} changed the role of ${bob.userId}`),
  ])
  await expectNone(ada)
  await ada.dialog.getByRole('button', { name: `End ban of ${cem.userId}` }).click()
  await ada.dialog.getByText('Nobody is banned.').waitFor()
})

test('a room is described, and a change of somebody else in between is shown at once and kept', async () => {
  const { chatRoomId, people } = await givenRoom(['ada'], 'link')
  const [ada] = people
  await ada.button('Edit room').click()
  await ada.dialog.getByRole('textbox', { name: 'Topic' }).fill('Who cooks when')
  await ada.dialog.getByRole('combobox', { name: 'Slow mode' }).selectOption('30 seconds')
  await ada.dialog.getByRole('combobox', { name: 'Keep messages for' }).selectOption('30 days')
  await expectNone(ada)
  const client = await online(stage.chat, ada.userId)
  await client.request({ action: 'updateRoom', chatRoomId, roomName: 'Canteen' })
  await expect.poll(() => ada.dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Canteen')
  await press(ada, 'Save')
  await ada.page.getByRole('complementary').getByText('Who cooks when').waitFor()
  const { room } = await client.request({ action: 'getRoom', chatRoomId })
  const settings = { slowModeSeconds: 30, retentionDays: 30 }
  expect(room).toMatchObject({ roomName: 'Canteen', topic: 'Who cooks when', settings })
  await client.close()
})

test('slow mode counts down, and closing ends all writing', async () => {
  const { chatRoomId, people } = await givenRoom(['ada', 'bob'], 'link')
  const [ada, bob] = people
  const client = await online(stage.chat, ada.userId)
  await client.request({ action: 'updateRoom', chatRoomId, settings: { slowModeSeconds: 600 } })
  await client.close()
  await bob.page.reload()
  await bob.isReady()
  await bob.say('first')
  await bob.sees('first')
  await bob.page
    .getByRole('timer')
    .getByText(/^(10:00|9:\d\d)$/)
    .waitFor()
  await bob.field.fill('second')
  expect(await bob.button('Send').isDisabled()).toBe(true)
  await ada.say('moderators need not wait', 'at all')
  await ada.sees('at all')
  await ada.button('Close room').click()
  await ada.page
    .getByRole('status')
    .getByText(/^This room is closed/)
    .waitFor()
  await ada.list.getByText('Closed rooms (1)').waitFor()
  await expectNone(ada)
  await ada.conversation.getByRole('button', { name: 'Reopen room' }).click()
  await ada.field.waitFor()
})

test('messages are pinned and reported from their menus, by keyboard as well', async () => {
  const { people } = await givenRoom(['ada', 'bob'], 'link')
  const [ada, bob] = people
  await ada.say('the rules')
  await bob.sees('the rules')
  await ada.log.focus()
  await ada.page.keyboard.press('Enter')
  await ada.page.keyboard.press('Enter')
  await menuItem(ada, 'Pin').waitFor()
  await expectNone(ada)
  await menuItem(ada, 'Pin').focus()
  await ada.page.keyboard.press('Enter')
  await ada.button(/1 pinned message\. the rules/).waitFor()
  await bob
    .message('the rules')
    .getByRole('button', { name: /^More about/ })
    .click()
  await menuItem(bob, 'Report …').click()
  await bob.dialog.getByRole('textbox', { name: 'What is wrong with it?' }).fill('boring')
  await press(bob, 'Report')
  await bob.dialog.waitFor({ state: 'detached' })
  await ada.button('Moderation').click()
  await ada.dialog.getByText(`${bob.userId} reported a message of ${ada.userId}`).waitFor()
  await press(ada, 'Close')
  await ada.button(/1 pinned message/).click()
  await ada.dialog.getByRole('button', { name: /^Unpin/ }).click()
  await ada.dialog.getByText('Nothing is pinned any more.').waitFor()
})

test('a public room is found by the beginning of its name; deleting a room needs its name', async () => {
  const { people } = await givenRoom(['ada'], 'public')
  const [ada] = people
  const name = (await ada.page.getByRole('heading', { level: 1 }).textContent())!
  const bob = await stage.enter(unique('bob'))
  await bob.list.getByRole('button', { name: 'Public rooms' }).click()
  await bob.dialog.getByRole('searchbox', { name: 'Name' }).fill(name.toUpperCase().slice(0, -2))
  await bob.dialog.getByRole('button', { name: `Join ${name}` }).waitFor()
  await expectNone(bob)
  await press(bob, `Join ${name}`)
  await bob.page.getByRole('heading', { name, level: 1 }).waitFor()
  await ada.button('Delete room').click()
  await expectNone(ada)
  await press(ada, 'Delete for everybody')
  await ada.dialog.getByRole('textbox').fill(name)
  await press(ada, 'Delete for everybody')
  await ada.list.getByRole('link').waitFor({ state: 'detached' })
  await bob.page.getByRole('main').getByText(`${name} was deleted.`).waitFor()
  expect(await ada.page.getByText('was deleted').count()).toBe(0)
})

test('rooms of the same name are told apart by their ids, among the public ones and in one’s own list', async () => {
  const name = unique('General')
  const ids: string[] = []
  for (const userId of [unique('ada'), unique('eve')]) {
    const maker = await online(stage.chat, userId)
    const made = { action: 'createRoom', chatRoomId: unique('room'), roomName: name, access: 'public' } as const
    ids.push((await maker.request(made)).chatRoomId)
    await maker.close()
  }
  const bob = await stage.enter(unique('bob'))
  for (const id of ids) {
    await bob.list.getByRole('button', { name: 'Public rooms' }).click()
    await bob.dialog.getByRole('searchbox', { name: 'Name' }).fill(name)
    for (const other of ids) await bob.dialog.getByText(`${name} ${other}`).waitFor()
    await expectNone(bob)
    await press(bob, `Join ${name} (${id})`)
    await bob.page.getByRole('heading', { name: `${name} ${id}`, level: 1, exact: true }).waitFor()
  }
  for (const id of ids) await bob.link(`${name} ${id}`).waitFor()
})

test('whom a user has blocked stands in the settings, and nothing can be written to them', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const page = await stage.enter(ada, { at: `#/direct/${bob}` })
  await page.say('hello')
  await page.sees('hello')
  await page.button('Block').click()
  await press(page, 'Block')
  await page.page.getByRole('status').getByText(`You have blocked ${bob}.`).waitFor()
  await page.button('Settings').click()
  await page.dialog.getByRole('button', { name: `Unblock ${bob}` }).waitFor()
  await expectNone(page)
  await press(page, `Unblock ${bob}`)
  await page.dialog.getByText('You have blocked nobody.').waitFor()
  await press(page, 'Close')
  await page.field.waitFor()
})
