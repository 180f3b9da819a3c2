import { Chat } from './chat'

/** In production, take the user from your own session. Here the address names the user: `/?user=bob`. */
export default async function Page({ searchParams }: { searchParams: Promise<{ user?: string }> }) {
  const { user = 'ada' } = await searchParams
  return <Chat userId={user} url={process.env.CHAT_URL ?? 'ws://localhost:8080/local'} />
}
