# Completion of hotlinectl for bash: verbs and options as the program has them.
_hotlinectl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} said words line found=
	local plain=() nth

	for ((nth = 1; nth < COMP_CWORD; nth++)); do
		[[ ${COMP_WORDS[nth]} == -* ]] || plain+=("${COMP_WORDS[nth]}")
	done
	words=
	while read -r line; do
		said=${line%% --*}
		if [[ "${plain[*]} " == "$said "* ]]; then
			found=" ${line#"$said"} --json --socket --help"
		elif [[ ${#plain[@]} -eq 0 ]]; then
			words+=" ${said%% *}"
		elif [[ ${#plain[@]} -eq 1 && $said == "${plain[0]} "* ]]; then
			words+=" ${said#* }"
		fi
	done < <(hotlinectl --words 2>/dev/null)
	if [[ -n $found && $cur == -* ]]; then
		words=$found
	elif [[ -n $found ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur" | sort -u)
}
complete -F _hotlinectl hotlinectl
