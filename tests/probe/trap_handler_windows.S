        .text
handler:                                  # rcx: EXCEPTION_POINTERS; the loader's lock may be held
        push    %rbx
        push    %rsi
        push    %rdi
        sub     $0x480, %rsp              # 0x40 bytes for calls, then the record
        mov     (%rcx), %rax              # EXCEPTION_RECORD
        cmpl    $0xC000001D, (%rax)       # STATUS_ILLEGAL_INSTRUCTION
        jne     leave
        mov     16(%rax), %rbx            # ExceptionAddress
        lea     0x40(%rsp), %rdi
        mov     $0x84, %ecx
        xor     %eax, %eax
        rep stosq                         # 0x420 bytes
        lea     0x40(%rsp), %rsi
        mov     %rbx, (%rsi)
        mov     $-1, %rcx                 # ReadProcessMemory(this process, address, record + 16, 16, record + 8)
        mov     %rbx, %rdx
        lea     16(%rsi), %r8
        mov     $16, %r9d
        lea     8(%rsi), %rax
        mov     %rax, 0x20(%rsp)
        call    *read(%rip)
        mov     $-1, %rcx                 # NtQueryVirtualMemory(…, MemoryBasicInformation, record + 32, 48)
        mov     %rbx, %rdx
        xor     %r8d, %r8d
        lea     32(%rsi), %r9
        movq    $48, 0x20(%rsp)
        movq    $0, 0x28(%rsp)
        call    *query(%rip)
        mov     $-1, %rcx                 # NtQueryVirtualMemory(…, MemoryMappedFilenameInformation, record + 80, 976)
        mov     %rbx, %rdx
        mov     $2, %r8d
        lea     80(%rsi), %r9
        movq    $976, 0x20(%rsp)
        movq    $0, 0x28(%rsp)
        call    *query(%rip)
        mov     file(%rip), %rcx          # WriteFile(file, record, 0x420, where it tells how much)
        mov     %rsi, %rdx
        mov     $0x420, %r8d
        lea     0x38(%rsp), %r9
        movq    $0, 0x20(%rsp)
        call    *write(%rip)
leave:  xor     %eax, %eax                # EXCEPTION_CONTINUE_SEARCH
        add     $0x480, %rsp
        pop     %rdi
        pop     %rsi
        pop     %rbx
        ret
        .balign 8
file:                                     # four words follow: the file's handle, and where these functions are
        .equ    read, file + 8
        .equ    query, file + 16
        .equ    write, file + 24
