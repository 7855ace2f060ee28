        .text
handler:                                  # rdi: signal, rsi: siginfo_t, rdx: context
        cmpl    $0, 8(%rsi)               # si_code: above zero, the processor raised it
        jle     again
        push    %rbx
        push    %r12
        push    %r13
        mov     16(%rsi), %rbx            # si_addr: of the instruction
        lea     record(%rip), %rdi
        mov     $0x80241, %esi            # O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        mov     $0600, %edx
        mov     $2, %eax                  # open
        syscall
        test    %eax, %eax
        js      leave
        mov     %eax, %r12d
        mov     %eax, %edi
        mov     %rbx, %rsi
        mov     $16, %edx
        mov     $16, %r10d
        mov     $18, %eax                 # pwrite64: the code, at 16; what cannot be read is no crash here
        syscall
        push    %rax
        push    %rbx
        mov     %r12d, %edi
        mov     %rsp, %rsi
        mov     $16, %edx
        mov     $1, %eax                  # write: the address, and how many bytes of code there are
        syscall
        add     $16, %rsp
        mov     %r12d, %edi
        mov     $32, %esi
        xor     %edx, %edx
        mov     $8, %eax                  # lseek: behind the code
        syscall
        lea     maps(%rip), %rdi
        xor     %esi, %esi
        mov     $2, %eax                  # open
        syscall
        test    %eax, %eax
        js      leave
        mov     %eax, %r13d
        sub     $4096, %rsp
copy:   mov     %r13d, %edi
        mov     %rsp, %rsi
        mov     $4096, %edx
        xor     %eax, %eax                # read
        syscall
        test    %rax, %rax
        jle     copied
        mov     %rax, %rdx
        mov     %rsp, %rsi
        mov     %r12d, %edi
        mov     $1, %eax                  # write
        syscall
        jmp     copy
copied: add     $4096, %rsp
leave:  pop     %r13
        pop     %r12
        pop     %rbx
        ret                               # the instruction is met again, and this time ends the process
again:  mov     $39, %eax                 # getpid: somebody sent the signal, who is to have what he wanted
        syscall
        mov     %eax, %edi
        push    %rdi
        mov     $186, %eax                # gettid
        syscall
        pop     %rdi
        mov     %eax, %esi
        mov     $4, %edx
        mov     $234, %eax                # tgkill
        syscall
        ret
maps:   .asciz  "/proc/self/maps"
record:
