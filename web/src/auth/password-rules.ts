/** Shorter passwords are refused before they are sent; Supabase Auth may ask for more. */
export const MIN_PASSWORD = 8;
