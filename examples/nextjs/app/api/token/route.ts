/**
 * Your backend's part: it signs a token for whoever its own session is of, as `examples/token-endpoint` does. With
 * `npm start` the laptop's issuer signs one for anybody.
 */
export async function POST(request: Request): Promise<Response> {
  const { userId } = (await request.json()) as { userId: string }
  const issuer = process.env.TOKEN_URL ?? 'http://localhost:8080/dev/token'
  const answer = await fetch(issuer, { method: 'POST', body: JSON.stringify({ userId }) })
  return new Response(answer.body, { status: answer.status, headers: { 'content-type': 'application/json' } })
}
