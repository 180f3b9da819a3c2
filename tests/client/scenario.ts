import fc from 'fast-check'
import type { PostFault } from '../../local/gateway/faults.ts'

export const USERS = 3
export const ROOMS = 2

const user = fc.nat({ max: USERS - 1 })
const room = fc.nat({ max: ROOMS - 1 })
/** Which of the messages that the user's client shows. */
const message = fc.nat({ max: 50 })
const place = { user, room }

const does = <Name extends string, Fields extends object>(
  name: Name,
  weight: number,
  fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
) => ({ weight, arbitrary: fc.record({ does: fc.constant(name), ...fields }) as fc.Arbitrary<{ does: Name } & Fields> })

/** What happens to sockets and messages. */
const talk = [
  does('join', 4, place),
  does('send', 10, { ...place, times: fc.nat({ max: 4 }) }),
  does('broadcast', 3, place),
  does('cut', 3, { user }),
  does('freeze', 2, { user }),
  does('restart', 1, {}),
  does('wait', 6, { turns: fc.nat({ max: 30 }) }),
] as const

/** What happens to messages once they are there, to memberships, and to the functions that read the stream. */
const changes = [
  does('quote', 3, { ...place, message }),
  does('reply', 5, { ...place, message, inRoom: fc.boolean() }),
  does('edit', 8, { ...place, message }),
  does('delete', 4, { ...place, message }),
  does('react', 6, { ...place, message, reaction: fc.constantFrom('👍', 'tea') }),
  does('unreact', 4, { ...place, message, reaction: fc.constantFrom('👍', 'tea') }),
  does('leave', 1, place),
  does('kick', 2, { user: fc.integer({ min: 1, max: USERS - 1 }), room }),
  does('crash', 1, { name: fc.constantFrom('streams' as const, 'followups' as const), posts: fc.nat({ max: 4 }) }),
] as const

/** What happens to a post: the nth post of a scenario meets the nth of these faults, repeating the list. */
const fate = fc.constantFrom<PostFault[]>(
  ...[{}, {}, {}, { status: 403 }, { status: 200 }, { status: 500, deliver: true }, { delayMs: 5 }, { delayMs: 40 }],
)
const fates = fc.array(fate, { minLength: 1, maxLength: 12 })

const talkStep = fc.oneof(...talk)
const anyStep = fc.oneof(...talk, ...changes)

/** Messages are only sent, and nobody goes. */
export const talking = fc.record({ steps: fc.array(talkStep, { minLength: 4, maxLength: 24 }), fates })

/** Everybody is in all rooms, and has said something there. */
const beginning = Array.from({ length: USERS * ROOMS }, (_, i) => ({ user: i % USERS, room: Math.floor(i / USERS) }))
const opening = [
  ...beginning.map((where) => ({ does: 'join' as const, ...where })),
  ...beginning.map((where) => ({ does: 'send' as const, ...where, times: 1 })),
]

/** Messages are changed as well, and users go and come back. */
export const changing = fc.record({
  steps: fc.array(anyStep, { minLength: 20, maxLength: 60 }).map((steps) => [...opening, ...steps]),
  fates,
})

export type Scenario = typeof changing extends fc.Arbitrary<infer T> ? T : never
export type Step = Scenario['steps'][number]
