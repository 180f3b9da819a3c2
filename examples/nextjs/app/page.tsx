import { Chat } from './chat'

/** Your own sessions say who is signed in; here the address does: `/?user=bob`. */
export default async function Page({ searchParams }: { searchParams: Promise<{ user?: string }> }) {
  const { user = 'ada' } = await searchParams
  return <Chat userId={user} url={process.env.CHAT_URL ?? 'ws://localhost:8080/local'} />
}
