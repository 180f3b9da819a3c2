import { words } from '../language/words.ts'
import { BrandName } from './brand-name.tsx'

/** Shown instead of the chat when the page can't start. */
export const Unable = ({ reason }: { reason: string }) => (
  <main className="sign-in">
    <div className="form sign-in-card" role="alert">
      <h1 className="brand large">
        <BrandName />
      </h1>
      <p>{reason}</p>
      <button type="button" className="button primary" onClick={() => window.location.reload()}>
        {words.loadAgain}
      </button>
    </div>
  </main>
)
