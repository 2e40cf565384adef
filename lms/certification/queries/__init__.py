"""Every SELECT of 認定, one file for each reader: deciding, issuing, register, holder, strangers, checking."""
