/** Imported before what reads it: the actions of this file's tests run where there is search. */
process.env.SEARCH = 'on'
