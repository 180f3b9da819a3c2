import { brand } from '../state/brand.ts'

/** The name of the chat with its logo. */
export const BrandName = () => (
  <>
    {brand.logo === undefined ? <i className="brand-mark" /> : <img className="brand-logo" src={brand.logo} alt="" />}
    {brand.name}
  </>
)
