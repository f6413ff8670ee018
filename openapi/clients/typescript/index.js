import createClient from "openapi-fetch";

export const createSubtext = (baseUrl, options = {}) => createClient({ ...options, baseUrl });
