/**
 * Your backend's part: sign a token for the user of your own session, as `examples/token-endpoint` does. Here the
 * issuer of `npm start` signs a token for anybody.
 */
export async function POST(request: Request): Promise<Response> {
  const { userId } = (await request.json()) as { userId: string }
  const issuer = process.env.TOKEN_URL ?? 'http://localhost:8080/dev/token'
  const answer = await fetch(issuer, { method: 'POST', body: JSON.stringify({ userId }) })
  return new Response(answer.body, { status: answer.status, headers: { 'content-type': 'application/json' } })
}
