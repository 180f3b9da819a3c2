import { describe, expect, test } from 'vitest'
import {
  isAbove,
  type PermissionName,
  permissions,
  type Place,
  rankOf,
  refusal,
  type Standing,
} from '../../src/protocol/permissions.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'

const NOW = 1_000
const standings = ['guest', 'member', 'moderator', 'owner', 'admin'] as const

const place = (more: Partial<Place> = {}): Place => ({
  chatRoomId: 'room',
  settings: settingsOf('link'),
  closed: false,
  ...more,
})

const names = Object.keys(permissions) as PermissionName[]

/** The lowest rank with each permission, in a room with the settings of a link room. */
const may: Record<PermissionName, Standing> = {
  read: 'guest',
  send: 'member',
  edit: 'member',
  deleteOwn: 'member',
  deleteAny: 'moderator',
  react: 'member',
  mentionRoom: 'moderator',
  add: 'member',
  pin: 'moderator',
  kick: 'moderator',
  ban: 'moderator',
  mute: 'moderator',
  close: 'moderator',
  audit: 'moderator',
  describe: 'moderator',
  configure: 'owner',
  setRole: 'owner',
  delete: 'owner',
}

test('the ranks are in order', () => {
  expect(standings.map(rankOf)).toEqual([0, 1, 2, 3, 4])
  expect(isAbove('owner', 'moderator')).toBe(true)
  expect(isAbove('owner', 'owner')).toBe(false)
})

test.for(names)('%s: from its rank on, and not below', (name) => {
  const got = standings.filter((standing) => refusal(name, { standing }, place(), NOW) === undefined)
  expect(got).toEqual(standings.slice(rankOf(may[name])))
  for (const standing of standings.slice(0, rankOf(may[name]))) {
    expect(refusal(name, { standing }, place(), NOW)).toBe('forbidden')
  }
})

test.for(['kick', 'ban', 'mute', 'setRole', 'deleteAny'] as const)('%s is upon lower ranks only', (name) => {
  for (const standing of standings.slice(rankOf(may[name]))) {
    for (const subject of standings) {
      expect(refusal(name, { standing }, place(), NOW, subject)).toBe(
        rankOf(subject) < rankOf(standing) ? undefined : 'forbidden',
      )
    }
  }
})

test('what is upon nobody does not look at whom', () => {
  expect(refusal('audit', { standing: 'moderator' }, place(), NOW, 'owner')).toBeUndefined()
})

describe('settings', () => {
  test.for([
    ['send', 'post', 'moderator'],
    ['pin', 'pin', 'member'],
    ['mentionRoom', 'mentionRoom', 'member'],
    ['add', 'invite', 'moderator'],
    ['add', 'invite', 'owner'],
  ] as const)('%s is from whom the setting %s names: %s', ([name, setting, from]) => {
    const settings = { ...settingsOf('link'), [setting]: from }
    const got = standings.filter((standing) => refusal(name, { standing }, place({ settings }), NOW) === undefined)
    expect(got).toEqual(standings.slice(rankOf(from)))
  })

  test('who may add is the moderators of a private room, and the members of any other', () => {
    expect((['public', 'link', 'private'] as const).map((access) => settingsOf(access).invite)).toEqual([
      'member',
      'member',
      'moderator',
    ])
  })
})

describe('muted', () => {
  test('may do all but send, edit, react and mention the room, until the moment it ends', () => {
    const muted = { standing: 'owner', mutedUntil: NOW + 1 } as const
    expect(names.filter((name) => refusal(name, muted, place(), NOW) !== undefined)).toEqual([
      'send',
      'edit',
      'react',
      'mentionRoom',
    ])
    expect(refusal('send', muted, place(), NOW)).toBe('muted')
    expect(refusal('send', { ...muted, mutedUntil: NOW }, place(), NOW)).toBeUndefined()
  })

  test('an admin is not; a guest is refused as a guest', () => {
    expect(refusal('send', { standing: 'admin', mutedUntil: NOW + 1 }, place(), NOW)).toBeUndefined()
    expect(refusal('send', { standing: 'guest', mutedUntil: NOW + 1 }, place(), NOW)).toBe('forbidden')
  })
})

test('in a closed room nobody but a backend sends, edits, reacts or pins, and members delete nothing; all else goes on', () => {
  const closed = place({ closed: true })
  expect(names.filter((name) => refusal(name, { standing: 'owner' }, closed, NOW) !== undefined)).toEqual([
    'send',
    'edit',
    'react',
    'mentionRoom',
    'pin',
  ])
  expect(refusal('send', { standing: 'owner' }, closed, NOW)).toBe('room_closed')
  expect(refusal('deleteOwn', { standing: 'member' }, closed, NOW)).toBe('room_closed')
  expect(refusal('deleteOwn', { standing: 'moderator' }, closed, NOW)).toBeUndefined()
  expect(refusal('send', { standing: 'admin' }, closed, NOW)).toBe('room_closed')
  expect(refusal('deleteOwn', { standing: 'admin' }, closed, NOW)).toBeUndefined()
  expect(names.filter((name) => refusal(name, { standing: 'server' }, closed, NOW) !== undefined)).toEqual([])
})

describe('a direct room', () => {
  const direct = place({ chatRoomId: `dm:${'x'.repeat(43)}`, settings: settingsOf('direct') })

  test.for(['member', 'moderator', 'owner'] as const)(
    'lets a %s read, send, edit, delete, react, mention the two and pin, and nothing else',
    (standing) => {
      expect(names.filter((name) => refusal(name, { standing }, direct, NOW) === undefined)).toEqual([
        'read',
        'send',
        'edit',
        'deleteOwn',
        'react',
        'mentionRoom',
        'pin',
      ])
    },
  )

  test('lets a guest read: who was blocked, or has a token that makes guests', () => {
    expect(names.filter((name) => refusal(name, { standing: 'guest' }, direct, NOW) === undefined)).toEqual(['read'])
  })
})
