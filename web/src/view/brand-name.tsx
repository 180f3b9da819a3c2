import { brand } from '../state/brand.ts'

/** What the chat is called, with its mark. */
export const BrandName = () => (
  <>
    {brand.logo === undefined ? <i className="brand-mark" /> : <img className="brand-logo" src={brand.logo} alt="" />}
    {brand.name}
  </>
)
