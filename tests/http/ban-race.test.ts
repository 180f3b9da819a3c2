import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { getConnection } from '../../src/entities/connection.ts'
import { client } from '../../src/entities/table.ts'
import { banUser } from '../../src/http/actions/ban-user.ts'
import { handler as connect } from '../../src/ws/routes/connect.ts'
import type { SocketEvent } from '../../src/ws/socket-event.ts'
import { loadStack } from '../../terraform/stack.ts'
import { explore } from '../support/interleavings.ts'
import { unique } from '../support/runtime.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))

const connecting = (userId: string, connectionId: string) =>
  ({
    requestContext: {
      connectionId,
      connectedAt: Date.now(),
      authorizer: { userId, exp: String(Math.ceil(Date.now() / 1_000) + 3_600) },
    },
  }) as SocketEvent

test('of a user who connects while they are banned, the connection is refused or closed, in every order', async () => {
  const orders = await explore(client, {
    given: async () => ({ userId: unique('ada'), connectionId: unique('c='), status: 0 }),
    operations: (state) => ({
      connect: async () => {
        state.status = (await connect(connecting(state.userId, state.connectionId))).statusCode!
      },
      ban: () =>
        banUser.handle({ action: 'banUser', userId: state.userId }, { userId: 'shop', scopes: new Set(['server']) }),
    }),
    then: async ({ status, connectionId }) => {
      const row = await getConnection(connectionId)
      if (status === 200)
        expect(row).toMatchObject({ closeRequested: expect.any(Number) as number, closeReason: 'blocked' })
      else expect([status, row]).toEqual([403, undefined])
    },
    isLocal: () => false,
    preemptions: 2,
  })
  expect(orders).toBeGreaterThan(10)
})
