import { useState } from 'react'
import { words } from '../language/words.ts'
import { Avatar } from './avatar.tsx'
import { Field } from './field.tsx'
import { FormError } from './form-error.tsx'
import { NameField } from './name-field.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { usePerson } from './use-person.ts'

const MAX_NAME_CHARS = 64
const MAX_URL_CHARS = 1_024

/** A form for this user's name, and for their picture if the page may show pictures. */
export function ProfileForm() {
  const { client, people, userId } = useChat()
  const { imageOrigins } = people
  const { name, isNamed, givenImageUrl = '' } = usePerson(userId)
  const [written, setWritten] = useState<string>()
  const [url, setUrl] = useState<string>()
  const [isSaved, setIsSaved] = useState(false)
  const { run, isRunning, error } = useAct()
  const hasPictures = imageOrigins.length > 0
  const changed = (set: (value: string) => void) => (value: string) => {
    setIsSaved(false)
    set(value)
  }
  const save = async () => {
    const picture = url?.trim()
    await client.setProfile({
      ...(written !== undefined && { name: written.trim() }),
      ...(picture !== undefined && { imageUrl: picture === '' ? null : picture }),
    })
    setWritten(undefined)
    setUrl(undefined)
    setIsSaved(true)
  }
  return (
    <form
      className="form"
      aria-label={words.you}
      onSubmit={(event) => {
        event.preventDefault()
        run(save)
      }}
    >
      <div className="profile">
        <Avatar id={userId} size="large" />
        <div className="grow">
          <NameField
            label={words.yourName}
            hint={isNamed || written !== undefined ? words.signInAs(userId) : words.whatOthersSee}
            value={written ?? name}
            onChange={changed(setWritten)}
            maxLength={MAX_NAME_CHARS}
          />
        </div>
      </div>
      {hasPictures && (
        <Field
          label={words.yourPicture}
          hint={words.yourPictureHint(imageOrigins.map((origin) => new URL(origin).host).join(words.comma))}
          problem={problemOf(url?.trim() ?? '', imageOrigins)}
          type="url"
          maxLength={MAX_URL_CHARS}
          placeholder="https://"
          value={url ?? givenImageUrl}
          onChange={changed(setUrl)}
        />
      )}
      <FormError>{error}</FormError>
      <div className="form-actions">
        <p className="hint grow" role="status">
          {isSaved && words.saved}
        </p>
        <button className="button primary" disabled={isRunning || (written ?? url) === undefined}>
          {words.save}
        </button>
      </div>
    </form>
  )
}

/** Returns why a picture would not be shown, or an empty text if it would be. */
function problemOf(url: string, origins: readonly string[]): string {
  if (url === '' || !URL.canParse(url)) return ''
  return origins.includes(new URL(url).origin) ? '' : words.pictureElsewhere
}
