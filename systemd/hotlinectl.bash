# Completion of hotlinectl for bash: verbs and options as the program has them.
_hotlinectl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} said words= line found= best=0
	local plain=() nth

	for ((nth = 1; nth < COMP_CWORD; nth++)); do
		[[ ${COMP_WORDS[nth]} == -* ]] || plain+=("${COMP_WORDS[nth]}")
	done
	while read -r line; do
		said=${line%% --*}
		if [[ "${plain[*]} " == "$said "* ]]; then
			# The longest verb wins: "backup key", not "backup".
			((${#said} > best)) || continue
			best=${#said}
			found=" ${line#"$said"} --json --socket --help"
		elif [[ ${#plain[@]} -eq 0 ]]; then
			words+=" ${said%% *}"
		elif [[ ${#plain[@]} -eq 1 && $said == "${plain[0]} "* ]]; then
			words+=" ${said#* }"
		fi
	done < <(hotlinectl --words 2>/dev/null)
	if [[ -n $found && $cur == -* ]]; then
		words=$found
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur" | sort -u)
	[[ -z $found || $cur == -* ]] ||
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$cur")
}
complete -F _hotlinectl hotlinectl
