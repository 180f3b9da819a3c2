import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { picture, program } from './support/files.ts'
import { landscape } from '../../scripts/shared/landscape.ts'
import { online } from '../support/runtime.ts'
import type { Person } from './support/person.ts'
import { desktop, phone, Stage } from './support/stage.ts'

const stage = Stage.set()

const folder = new URL('../../dist/screenshots/', import.meta.url)
const schemes = ['light', 'dark'] as const

/** Saves screenshots of the page in both colour schemes. */
async function keep({ page }: Person, name: string): Promise<void> {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const path = fileURLToPath(new URL(`${name}-${colorScheme}.png`, folder))
    const image = await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
    // A screenshot of an empty page has only a few kilobytes.
    expect(image.length).toBeGreaterThan(8_000)
  }
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** Creates a room of several people over two days, with pictures and files, and other rooms beside it. */
async function givenLivelyRoom() {
  const people = ['Ada', 'Grace Hopper', 'نور', 'linus']
  const announcements = await stage.room('Announcements', people)
  const room = await stage.room('Design team', people)
  await stage.room('Kitchen 🍵', people)
  const now = Date.now()
  const at = (content: string, senderId: string, ago: number) => ({ senderId, content, timestamp: now - ago })
  await stage.past(room, [
    at('Has anybody seen the new wireframes?', 'Grace Hopper', DAY_MS + 7_200_000),
    at('They are in the folder of the sprint, with comments from last week.', 'Grace Hopper', DAY_MS + 7_190_000),
    at('Yes! I like the calmer colours 🎉', 'Ada', DAY_MS + 7_000_000),
    at('صباح الخير، رأيت التصاميم الجديدة وهي رائعة', 'نور', 3_600_000),
    at(
      'The word of the day: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
      'linus',
      3_000_000,
    ),
    at('Details are here: https://example.com/design/2026/wireframes?view=all&page=2', 'linus', 2_990_000),
    at('Thank you. Two questions:\n1. Is the dark palette final?\n2. Who does the icons?', 'Ada', 2_000_000),
    at('Ship it 🚀👍🏽', 'Grace Hopper', 600_000),
  ])
  return { room, announcements }
}

test('desktop and phone, light and dark, of a lively conversation', async () => {
  const { room, announcements } = await givenLivelyRoom()
  const grace = await stage.enter('Grace Hopper', { at: `#/room/${room}` })
  await grace.isReady()
  const file = {
    name: 'palette, second draft.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('hue,lightness\n264,0.62\n'),
  }
  const hills = { ...picture, name: 'hero.png', buffer: landscape(480, 360) }
  await grace.attach(file)
  await grace.log.getByRole('link', { name: 'Download palette' }).waitFor()
  await grace.attach(hills)
  await grace.log.getByRole('img', { name: 'hero.png' }).waitFor()

  const wide = await stage.enter('Ada', { ...desktop, at: `#/room/${room}` })
  const narrow = await stage.enter('Ada', phone)
  await narrow.link('Design team').waitFor()
  await stage.say(announcements, 'linus', 'Release 1.4 is out')
  await grace.page.goto(`${stage.chat.url}/?as=Grace+Hopper#/direct/Ada`)
  await grace.say('Do you have a minute?')
  await grace.sees('Do you have a minute?')
  await grace.page.goBack()
  for (const person of [wide, narrow]) {
    await person.link('Announcements').getByText('1 unread').waitFor()
    await person.link('Grace Hopper').getByText('1 unread').waitFor()
  }
  await keep(narrow, 'phone-list')
  await narrow.link('Design team').tap()
  for (const person of [wide, narrow]) {
    await person.isReady()
    await person.log.getByRole('img', { name: 'hero.png' }).evaluate((element: Picture) => element.decode())
  }
  await wide.say('Lovely, thank you!')
  await grace.sees('Lovely, thank you!')
  await grace.field.pressSequentially('And')
  await wide.typing.getByText('Grace Hopper is typing').waitFor()
  // docs/images/page.png is the light one of these.
  await keep(wide, 'desktop-conversation')
  await keep(narrow, 'phone-conversation')
  await wide.button('Settings').click()
  await wide.dialog.waitFor()
  await keep(wide, 'desktop-settings')
  await wide.page.keyboard.press('Escape')
  await wide.page.getByRole('button', { name: /^Notifications: / }).click()
  await keep(wide, 'desktop-notifications')
  await wide.page.keyboard.press('Escape')
  await wide.log.evaluate((element: Scroller) => element.scrollBy({ top: -620 }))
  await wide.button(/^Latest|new/).waitFor()
  await keep(wide, 'desktop-conversation-earlier')
  await narrow.log.evaluate((element: Scroller) => element.scrollBy({ top: -620 }))
  await narrow.button(/^Latest|new/).waitFor()
  await keep(narrow, 'phone-conversation-earlier')
  await narrow.button('Details').tap()
  await narrow.page.getByRole('link', { name: 'Message linus' }).waitFor()
  await keep(narrow, 'phone-details')
})

test.for([
  { device: 'desktop', look: desktop },
  { device: 'phone', look: phone },
])('$device: signing in, the welcome, dialogs and the banner', async ({ device, look }) => {
  const guest = await stage.arrive('/', look)
  await guest.page.getByRole('textbox', { name: 'Your name' }).waitFor()
  await keep(guest, `${device}-sign-in`)

  const newcomer = await stage.enter(`Edsger at a ${device}`, look)
  await newcomer.button('Enter the lobby').waitFor()
  await keep(newcomer, `${device}-welcome`)
  await newcomer.button('Create a room').click()
  await newcomer.dialog.getByRole('textbox', { name: 'Name' }).fill('Design team')
  await keep(newcomer, `${device}-new-room`)
  await newcomer.page.keyboard.press('Escape')
  await newcomer.dialog.waitFor({ state: 'detached' })

  await newcomer.page.goto(
    `${newcomer.page.url().split('#')[0]!}#/room/${await stage.room('Library', [newcomer.userId])}`,
  )
  await newcomer.isReady()
  await newcomer.say('Is anybody here?')
  await newcomer.sees('Is anybody here?')
  await newcomer.attach(program)
  await newcomer.uploads.getByRole('alert').waitFor()
  await stage.disconnect(newcomer)
  await newcomer.say('I will wait.')
  await newcomer.message('I will wait.').getByRole('img', { name: 'Sending' }).waitFor()
  await newcomer.attach(picture)
  await newcomer.uploads.getByText('dot.png').waitFor()
  await keep(newcomer, `${device}-offline`)
})

test.for([
  { device: 'desktop', look: desktop },
  { device: 'phone', look: phone },
])('$device: a private room, its members and what its owner may do', async ({ device, look }) => {
  const ada = await stage.enter(`Ada at a ${device}`, look)
  const client = await online(stage.chat, ada.userId)
  const members = [`Grace at a ${device}`, `Linus at a ${device}`]
  const { chatRoomId } = await client.request({
    action: 'createRoom',
    roomName: 'Board',
    access: 'private',
    topic: 'Plans for the next quarter',
    members,
  })
  const { messageId } = await client.request({
    action: 'sendMessage',
    chatRoomId,
    content: 'The agenda is in the folder.',
  })
  await client.request({ action: 'pinMessage', chatRoomId, messageId })
  await client.request({ action: 'setRole', chatRoomId, userId: members[0]!, role: 'moderator' })
  await client.request({ action: 'muteMember', chatRoomId, userId: members[1]!, seconds: 3_600, reason: 'too loud' })
  await ada.page.goto(`${ada.page.url().split('#')[0]!}#/room/${chatRoomId}`)
  await ada.isReady()
  await ada.button(/^1 pinned message/).waitFor()
  if (device === 'phone') await ada.button('Details').tap()
  await ada.page
    .getByRole('list', { name: 'Members' })
    .getByText(/muted until/)
    .waitFor()
  await keep(ada, `${device}-private-room`)
  await ada.button(`More about ${members[0]!}`).click()
  await keep(ada, `${device}-member-menu`)
  await ada.page.keyboard.press('Escape')
  const keepDialog = async (file: string) => {
    await ada.dialog.waitFor()
    await keep(ada, `${device}-${file}`)
    await ada.page.keyboard.press('Escape')
    await ada.dialog.waitFor({ state: 'detached' })
  }
  for (const [item, file] of [
    ['Mute …', 'mute'],
    ['Remove …', 'remove'],
    ['Ban …', 'ban'],
  ] as const) {
    await ada.button(`More about ${members[0]!}`).click()
    await ada.page.getByRole('menuitem', { name: item, exact: true }).click()
    await keepDialog(file)
  }
  await client.request({ action: 'createInvite', chatRoomId, maxUses: 1 })
  await client.request({
    action: 'banMember',
    chatRoomId,
    userId: `Eve at a ${device}`,
    seconds: 86_400,
    reason: 'spam',
  })
  for (const [name, file] of [
    ['Add people', 'add-people'],
    ['Invite links', 'invites'],
    ['Edit room', 'edit-room'],
    ['Moderation', 'moderation'],
    ['Delete room', 'delete-room'],
  ] as const) {
    await ada.button(name).click()
    if (file === 'moderation') await ada.dialog.getByRole('list', { name: 'Log' }).getByText('spam').waitFor()
    if (file === 'invites') await ada.dialog.getByText(/used 0 of 1/).waitFor()
    await keepDialog(file)
  }
  await client.close()
})

test.for([
  { device: 'desktop', look: desktop },
  { device: 'phone', look: phone },
])(
  '$device: doors from the other side: who may not write, who was shown out, what is open, an invite',
  async ({ device, look }) => {
    const client = await online(stage.chat, `Hedy at a ${device}`)
    const eve = await stage.enter(`Eve at a ${device}`, look)
    const members = [eve.userId]
    const create = async (roomName: string, more: { access?: 'public' | 'private'; topic?: string } = {}) =>
      (await client.request({ action: 'createRoom', roomName, members, ...more })).chatRoomId
    const say = async (chatRoomId: string, content: string) => {
      await client.request({ action: 'sendMessage', chatRoomId, content })
    }
    const open = async (chatRoomId: string) => {
      await eve.page.goto(`${eve.page.url().split('#')[0]!}#/room/${chatRoomId}`)
      await eve.isReady()
    }
    const [muted, closed, slow, removed] = [
      await create('Library', { access: 'private', topic: 'Please be quiet' }),
      await create('Spring party'),
      await create('Support', { topic: 'One question at a time' }),
      await create('Board'),
    ]
    for (const room of [muted, closed, slow, removed]) await say(room, 'Welcome!')
    const mute = { action: 'muteMember', chatRoomId: muted, userId: eve.userId, seconds: 3_600 } as const
    await client.request({ ...mute, reason: 'too loud' })
    await client.request({ action: 'closeRoom', chatRoomId: closed, closed: true })
    await client.request({ action: 'updateRoom', chatRoomId: slow, settings: { slowModeSeconds: 600 } })

    await open(muted)
    await eve.page
      .getByRole('status')
      .getByText(/^You are muted until/)
      .waitFor()
    // Where there is no field to write in, the list of members that loads takes no focus.
    expect(await eve.page.evaluate('document.activeElement === document.body')).toBe(true)
    await keep(eve, `${device}-muted`)
    await open(closed)
    await eve.page
      .getByRole('status')
      .getByText(/^This room is closed/)
      .waitFor()
    await keep(eve, `${device}-closed-room`)
    await open(slow)
    await eve.say('How do I sign in?')
    await eve.sees('How do I sign in?')
    await eve.field.fill('And how do I')
    await eve.page.getByRole('timer').waitFor()
    await keep(eve, `${device}-slow-mode`)
    await open(removed)
    await client.request({
      action: 'removeMember',
      chatRoomId: removed,
      userId: eve.userId,
      reason: 'board members only',
    })
    await eve.page.getByRole('alert').getByText('board members only').waitFor()
    await keep(eve, `${device}-removed`)

    await create('Announcements', { access: 'public', topic: 'What is new, once a week' })
    const crew = { action: 'createRoom', access: 'public', roomName: 'Running crew' } as const
    await client.request({ ...crew, topic: 'Tuesdays at seven, at the bridge' })
    if (device === 'phone') await eve.page.goto(`${eve.page.url().split('#')[0]!}#/`)
    await eve.list.getByRole('button', { name: 'Public rooms' }).click()
    await eve.dialog.getByRole('button', { name: 'Join Running crew' }).first().waitFor()
    await keep(eve, `${device}-public-rooms`)
    await eve.page.keyboard.press('Escape')
    await eve.dialog.waitFor({ state: 'detached' })
    const { invite } = await client.request({ action: 'createInvite', chatRoomId: removed })
    await eve.page.goto(`${eve.page.url().split('#')[0]!}#/join/${invite}`)
    await eve.dialog.getByRole('button', { name: 'Join the room' }).waitFor()
    await keep(eve, `${device}-join`)
    await client.close()
  },
)

test('a tablet shows a thread beside the conversation', async () => {
  const room = await stage.room('Reading group', ['Mary', 'Percy'])
  const mary = await stage.enter('Mary', { viewport: { width: 960, height: 720 }, at: `#/room/${room}` })
  await mary.isReady()
  await mary.say('Which chapter is next?')
  const message = mary.message('Which chapter is next?')
  await message.and(mary.page.locator('[data-seq]')).waitFor()
  await message.getByRole('button', { name: /^More about/ }).click()
  await mary.page.getByRole('menuitem', { name: 'Reply in a thread' }).click()
  const thread = mary.page.getByRole('complementary')
  await thread.getByRole('textbox').fill('The seventh')
  await keep(mary, 'tablet-thread')
  const [left, right] = await Promise.all([mary.conversation.boundingBox(), thread.boundingBox()])
  expect(left!.x + left!.width).toBeLessThanOrEqual(right!.x)
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Picture {
  decode(): Promise<void>
}
interface Scroller {
  scrollBy(by: { top: number }): void
}
