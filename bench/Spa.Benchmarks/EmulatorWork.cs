using System.Runtime.InteropServices;
using Spa.Emulator;

namespace Spa.Benchmarks;

/// <summary>
/// A PTX kernel that repeats a piece of code, and what one repetition is worth to a warp. A thread's result is %f1 + %f4 + %r10 at the end.
/// </summary>
/// <param name="Name">Of the instructions.</param>
/// <param name="OperationsPerWarp">Lane-operations, or floating-point operations of the matrix instruction.</param>
/// <param name="Body">
/// The code. It has the thread's number among all in %r2 and in %f1, input and output at %rd1 and %rd2 with a word for each thread and at %rd6 and %rd7 with four, its own word of shared
/// memory and the next thread's at %r11 and %r12, fragments of small whole numbers in %r4 to %r9, zeros in %f4 to %f7 and %r10, <see cref="Factor"/> and <see cref="Addend"/> in %f2 and %f3.
/// </param>
public sealed record EmulatorWork(string Name, int OperationsPerWarp, string Body) : IBenchmarkWork
{
    public const int Blocks = 8;
    public const int Threads = 128;
    public const int FloatsPerThread = 4;

    /// <summary>How often a thread executes the instructions that count.</summary>
    public const int Repetitions = Rounds * RepetitionsPerRound;

    public const float Factor = 0.999f;
    public const float Addend = 0.001f;

    private const int Rounds = 100, RepetitionsPerRound = 8;

    /// <summary>Arithmetic; checked accesses to global memory, of words side by side and apart and of vectors, and to shared memory between barriers; the matrix product.</summary>
    public static IReadOnlyList<EmulatorWork> All { get; } =
    [
        new("arithmetic", 2 * 32, "fma.rn.f32 %f1, %f1, %f2, %f3; add.s32 %r10, %r10, %r2;"),
        new("words", 2 * 32, "ld.global.f32 %f1, [%rd1]; st.global.f32 [%rd2], %f1;"),
        new("words apart", 2 * 32, "ld.global.f32 %f1, [%rd6]; st.global.f32 [%rd7], %f1;"),
        new("vectors", 2 * 32, "ld.global.v4.f32 {%f4, %f5, %f6, %f7}, [%rd6]; st.global.v4.f32 [%rd7], {%f4, %f5, %f6, %f7};"),
        new("shared", 2 * 32, "st.shared.f32 [%r11], %f1; bar.sync 0; ld.shared.f32 %f1, [%r12]; bar.sync 0;"),
        new("matrix", 2 * 16 * 8 * 16, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f4, %f5, %f6, %f7}, {%r4, %r5, %r6, %r7}, {%r8, %r9}, {%f4, %f5, %f6, %f7};"),
    ];

    public static LaunchGeometry Geometry => LaunchGeometry.Linear(Blocks, Threads);

    public double Flops => (double)Repetitions * OperationsPerWarp * Blocks * Threads / 32;

    public double Bytes => 0;

    public string Ptx => $$"""
        .version 8.0
        .target sm_80
        .address_size 64
        .visible .entry work(.param .u64 input, .param .u64 output, .param .u64 result)
        {
            .reg .pred %p<2>;
            .reg .f32 %f<16>;
            .reg .b32 %r<20>;
            .reg .b64 %rd<10>;
            .shared .align 4 .b32 cells[{{Threads}}];
            ld.param.u64 %rd3, [input];
            ld.param.u64 %rd4, [output];
            cvta.to.global.u64 %rd3, %rd3;
            cvta.to.global.u64 %rd4, %rd4;
            mov.u32 %r1, %ctaid.x;
            mov.u32 %r13, %tid.x;
            mov.u32 %r3, %ntid.x;
            mad.lo.s32 %r2, %r1, %r3, %r13;
            mul.wide.s32 %rd5, %r2, {{sizeof(float)}};
            add.s64 %rd1, %rd3, %rd5;
            add.s64 %rd2, %rd4, %rd5;
            mul.wide.s32 %rd6, %r2, {{sizeof(float) * FloatsPerThread}};
            add.s64 %rd7, %rd4, %rd6;
            add.s64 %rd6, %rd3, %rd6;
            ld.param.u64 %rd8, [result];
            cvta.to.global.u64 %rd8, %rd8;
            add.s64 %rd8, %rd8, %rd5;
            mov.u32 %r14, cells;
            shl.b32 %r11, %r13, 2;
            add.s32 %r12, %r11, 4;
            and.b32 %r12, %r12, {{sizeof(float) * Threads - 1}};
            add.s32 %r11, %r11, %r14;
            add.s32 %r12, %r12, %r14;
            cvt.rn.f32.s32 %f1, %r2;
            mov.f32 %f2, {{Word(Factor)}};
            mov.f32 %f3, {{Word(Addend)}};
            mov.f32 %f4, 0f00000000;
            mov.f32 %f5, %f4;
            mov.f32 %f6, %f4;
            mov.f32 %f7, %f4;
            mul.lo.s32 %r15, %r13, 7;
            rem.s32 %r15, %r15, 5;
            sub.s32 %r15, %r15, 2;
            cvt.rn.f32.s32 %f8, %r15;
            cvt.rn.bf16x2.f32 %r4, %f8, %f8;
            mov.b32 %r5, %r4;
            mov.b32 %r6, %r4;
            mov.b32 %r7, %r4;
            mul.lo.s32 %r15, %r13, 3;
            rem.s32 %r15, %r15, 7;
            sub.s32 %r15, %r15, 3;
            cvt.rn.f32.s32 %f8, %r15;
            cvt.rn.bf16x2.f32 %r8, %f8, %f8;
            mov.b32 %r9, %r8;
            mov.u32 %r10, 0;
            mov.u32 %r16, {{Rounds}};
        again:
            {{string.Join(' ', Enumerable.Repeat(Body, RepetitionsPerRound))}}
            sub.s32 %r16, %r16, 1;
            setp.ne.s32 %p1, %r16, 0;
            @%p1 bra again;
            cvt.rn.f32.s32 %f8, %r10;
            add.f32 %f9, %f1, %f4;
            add.f32 %f9, %f9, %f8;
            st.global.f32 [%rd8], %f9;
            ret;
        }
        """;

    /// <summary>Input (0, 1/4, 2/4 and on), output and results of a launch, with the parameters that name them.</summary>
    public static (ulong Output, ulong Result, byte[] Parameters) Allocate(EmulatedDevice device)
    {
        float[] values = [.. Enumerable.Range(0, Blocks * Threads * FloatsPerThread).Select(i => i / 4f)];
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        ulong input = device.Memory.Allocate(bytes.Length, "input"), output = device.Memory.Allocate(bytes.Length, "output"), result = device.Memory.Allocate(bytes.Length / FloatsPerThread, "result");
        device.Memory.Write(input, bytes);
        return (output, result, [.. BitConverter.GetBytes(input), .. BitConverter.GetBytes(output), .. BitConverter.GetBytes(result)]);
    }

    public override string ToString() => Name;

    private static string Word(float value) => $"0f{BitConverter.SingleToUInt32Bits(value):X8}";
}
