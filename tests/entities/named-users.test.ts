import { expect, test } from 'vitest'
import { namedUsers } from '../../src/entities/named-users.ts'
import { sources } from './pattern-list.ts'

const entities = sources().flatMap((source) =>
  [...source.matchAll(/model: \{ entity: '(\w+)'/g)].map(([, name]) => ({ name: name!, source })),
)

test('every entity says where its rows name users', () => {
  expect(Object.keys(namedUsers).sort()).toEqual(entities.map(({ name }) => name).sort())
})

test.each(entities)('$name says it of every field whose name is that of a user', ({ name, source }) => {
  const { owners = [], speaker, others = [] } = namedUsers[name]!
  const said = [...owners, ...others, ...(speaker === undefined ? [] : [speaker])]
  const model = source.slice(source.indexOf(`entity: '${name}'`))
  const fields = [...model.slice(0, model.indexOf('indexes:')).matchAll(/field: '(\w+)'/g)].map(([, field]) => field!)
  const ofUsers = fields.filter((field) =>
    /^(UserId|BlockedId|SenderId|UploaderId|By|CreatedBy|AddedBy|BlockedBy)$/.test(field),
  )
  // Those of a message are worked by hand, and a user's own id is the record.
  const byHand = { Message: ['SenderId'], User: ['UserId'] }[name] ?? []
  expect(said.filter((field) => !fields.includes(field))).toEqual([])
  expect(ofUsers.filter((field) => !said.includes(field) && !byHand.includes(field))).toEqual([])
})
