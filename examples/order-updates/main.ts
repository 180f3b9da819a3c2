/**
 * A shop's backend that posts the state of an order into a room where the customer and the staff talk about it.
 *
 * `API=http://localhost:8080 TOKEN=… npx tsx examples/order-updates/main.ts order-1001 ada shipped`
 *
 * It may run more than once, as a retried job does: the room is created once, and each state is posted once.
 */
const { API = 'http://localhost:8080', TOKEN = '' } = process.env
const [order = '', customer = '', state = ''] = process.argv.slice(2)

export type Answer = { data: Record<string, unknown> } | { error: { code: string; message: string } }

/** Calls one action of the server API, see docs/server-api.md. */
async function act(action: string, body: object): Promise<Answer> {
  const response = await fetch(`${API}/v1/${action}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Answer | { message: string }
  if ('message' in answer) throw new Error(`unable to act; API Gateway answered ${response.status} ${answer.message}`)
  return answer
}

const made = await act('createRoom', {
  chatRoomId: order,
  roomName: `Order ${order}`,
  access: 'private',
  members: [customer],
})
// `conflict` means that the room exists since an earlier state of the order.
if ('error' in made && made.error.code !== 'conflict') throw new Error(made.error.message)

const sent = await act('sendMessage', {
  chatRoomId: order,
  content: `Your order is ${state}.`,
  clientMessageId: `${order}-${state}`,
})
if ('error' in sent) throw new Error(sent.error.message)
process.stdout.write(`posted ${order} ${state}, message ${String(sent.data.seq)}\n`)
