import { useState } from 'react'
import type { SignIn } from '../state/settings.ts'
import { Field } from './field.tsx'

interface SignInProps {
  signIn: SignIn
  /** Why the last attempt didn't work. */
  problem: string | undefined
  onSignIn: (credential: string) => void
}

const MAX_NAME_CHARS = 128

/** Who are you? By a name, by a token, or at the team's own page. */
export function SignInPage({ signIn, problem, onSignIn }: SignInProps) {
  const [text, setText] = useState('')
  return (
    <main className="sign-in">
      <form
        className="form sign-in-card"
        onSubmit={(event) => {
          event.preventDefault()
          onSignIn(text.trim())
        }}
      >
        <h1 className="brand large">Tabletalk</h1>
        {problem !== undefined && (
          <p className="form-error" role="alert">
            {problem}
          </p>
        )}
        {signIn.kind === 'local' && (
          <Field
            label="Your name"
            hint="No password here: this chat runs on this machine. Another tab can be somebody else."
            value={text}
            onChange={setText}
            maxLength={MAX_NAME_CHARS}
            pattern=".*\S.*"
            required
            autoFocus
          />
        )}
        {signIn.kind === 'token' && (
          <Field
            label="Token"
            hint="A JSON Web Token of your identity provider. It is kept for this tab only."
            value={text}
            onChange={setText}
            type="password"
            required
            autoFocus
          />
        )}
        {signIn.kind === 'tokenUrl' ? (
          <TeamSignIn signInUrl={signIn.signInUrl} />
        ) : (
          <button className="button primary">Start chatting</button>
        )}
      </form>
    </main>
  )
}

const TeamSignIn = ({ signInUrl }: { signInUrl: string | undefined }) => (
  <>
    {signInUrl !== undefined && (
      <a className="button primary" href={signInUrl}>
        Sign in
      </a>
    )}
    <button className="button">Try again</button>
  </>
)
