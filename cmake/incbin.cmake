# oai_incbin(OUT SYMBOL FILE): C++ text that takes in FILE's bytes between SYMBOL and SYMBOL_end.
function(oai_incbin out symbol file)
  set(${out} "asm(\".pushsection .rodata\\n.globl ${symbol}, ${symbol}_end\\n.hidden ${symbol}, ${symbol}_end\\n.balign 16\\n\"
    \"${symbol}:\\n.incbin \\\"${file}\\\"\\n${symbol}_end:\\n.byte 0\\n.popsection\\n\");
extern \"C\" { extern const char ${symbol}[], ${symbol}_end[]; }
" PARENT_SCOPE)
endfunction()
