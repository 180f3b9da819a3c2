import { useState } from 'react'
import { protocolLimits } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { SignIn } from '../state/page-config.ts'
import { BrandName } from './brand-name.tsx'
import { Field } from './field.tsx'
import { FormError } from './form-error.tsx'
import { NameField } from './name-field.tsx'

interface SignInProps {
  signIn: SignIn
  /** Why the last attempt has failed. */
  problem: string | undefined
  onSignIn: (credential: string) => void
}

/** The page on which a user signs in: with a name, with a token, or by a link to the team's own sign-in page. */
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
        <h1 className="brand large">
          <BrandName />
        </h1>
        <FormError>{problem}</FormError>
        {signIn.kind === 'local' && (
          <NameField
            label={words.yourName}
            hint={words.yourNameHint}
            value={text}
            onChange={setText}
            maxLength={protocolLimits.userIdChars}
            autoFocus
          />
        )}
        {signIn.kind === 'token' && (
          <Field
            label={words.token}
            hint={words.tokenHint}
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
          <button className="button primary">{words.startChatting}</button>
        )}
      </form>
    </main>
  )
}

const TeamSignIn = ({ signInUrl }: { signInUrl: string | undefined }) => (
  <>
    {signInUrl !== undefined && (
      <a className="button primary" href={signInUrl}>
        {words.signIn}
      </a>
    )}
    <button className="button">{words.tryAgain}</button>
  </>
)
