using Spa.Emulator.Checks;
using Spa.Emulator.Ptx;
using Spa.Emulator.Tests.Kernels;

namespace Spa.Emulator.Tests.Checks;

/// <summary>The catalogue of broken kernels: each is caught with its kind, its source line and what happened, in every order of warps and blocks.</summary>
[TestFixture]
internal sealed class BrokenKernelTests
{
    private static readonly string[] s_source = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Sources", "broken.cu"));

    [TestCase("past_the_end", DeviceFaultKind.OutOfBounds, 1, 64, 0, "write of 4 bytes", "ends 4 bytes past the end of 'input'", 63)]
    [TestCase("before_the_start", DeviceFaultKind.OutOfBounds, 1, 32, 0, "read of 4 bytes", "")]
    [TestCase("use_after_free", DeviceFaultKind.UseAfterFree, 1, 32, 0, "use after free: write of 4 bytes", "was freed")]
    [TestCase("null_pointer", DeviceFaultKind.OutOfBounds, 1, 32, 16, "write of 4 bytes at 0x10", "no allocation is near")]
    [TestCase("misaligned_vector", DeviceFaultKind.Misaligned, 1, 1, 1, "write of 16 bytes", "no multiple of 16")]
    [TestCase("misaligned_word", DeviceFaultKind.Misaligned, 1, 1, 2, "write of 4 bytes", "no multiple of 4")]
    [TestCase("uninitialised_global", DeviceFaultKind.UninitializedRead, 1, 32, 0, "read of uninitialised memory", "of 'input'", -256)]
    [TestCase("uninitialised_shared", DeviceFaultKind.UninitializedRead, 1, 64, 40, "read of uninitialised memory", "shared address 0xa0")]
    [TestCase("shared_past_the_end", DeviceFaultKind.OutOfBounds, 1, 32, 1, "shared address 0x80", "128 bytes of shared memory")]
    [TestCase("missing_barrier", DeviceFaultKind.SharedRace, 1, 64, 0, "race", "with no barrier between", 256, true)]
    [TestCase("missing_second_barrier", DeviceFaultKind.SharedRace, 1, 64, 3, "race", "with no barrier between", 256, true)]
    [TestCase("missing_syncwarp", DeviceFaultKind.SharedRace, 1, 32, 0, "race: read", "of the same warp, with no bar.warp.sync between")]
    [TestCase("two_writers", DeviceFaultKind.SharedRace, 1, 64, 0, "race: write", "written by")]
    [TestCase("blocks_race", DeviceFaultKind.GlobalRace, 3, 32, 0, "race: write", "another block")]
    [TestCase("block_reads_block", DeviceFaultKind.GlobalRace, 3, 1, 0, "race", "another block", 256, true)]
    [TestCase("fence_without_atomic", DeviceFaultKind.GlobalRace, 2, 1, 0, "race", "another block", 256, true)]
    [TestCase("atomic_and_plain", DeviceFaultKind.GlobalRace, 1, 64, 0, "race", "with no barrier between", 256, true)]
    [TestCase("barrier_half_warp", DeviceFaultKind.Deadlock, 1, 64, 48, "warp 1 lanes 0x0000ffff wait for lanes 0xffff0000", "warp 1 lanes 0xffff0000 wait for lanes 0x0000ffff", 256, true)]
    [TestCase("barriers_cross", DeviceFaultKind.Deadlock, 1, 64, 0, "wait at barrier 1", "wait at barrier 2")]
    [TestCase("barrier_count", DeviceFaultKind.Barrier, 1, 64, 0, "barrier 1 counts", "where others wait", 256, true)]
    [TestCase("shuffle_missing_lanes", DeviceFaultKind.WarpSync, 1, 32, 16, "shfl reads lane 20", "does not take part")]
    [TestCase("shuffle_wrong_mask", DeviceFaultKind.WarpSync, 1, 32, 0, "lane 16", "member mask 0x0000ffff does not name it")]
    [TestCase("shuffle_never_met", DeviceFaultKind.Deadlock, 1, 32, 16, "wait for lanes", "", 256, true)]
    [TestCase("write_to_constant", DeviceFaultKind.WriteToConstant, 1, 32, 0, "write of 4 bytes to constant data", "'table'")]
    [TestCase("copy_without_wait", DeviceFaultKind.AsyncCopyPending, 1, 32, 0, "cp.async", "has not been waited for")]
    [TestCase("copy_waits_too_little", DeviceFaultKind.AsyncCopyPending, 1, 32, 0, "cp.async", "has not been waited for")]

    [TestCase("trapped", DeviceFaultKind.Trap, 1, 32, 7, "trap", "thread (7, 0, 0)")]
    [TestCase("local_past_the_end", DeviceFaultKind.OutOfBounds, 1, 1, 1 << 20, "write of 4 bytes at local address", "bytes of local memory")]
    public void Is_caught(string kernel, DeviceFaultKind kind, int blocks, int threads, int n, string what, string why, int words = 256, bool anyLine = false)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            using Bench bench = new("broken", new EmulatorOptions { Seed = seed });
            ulong p = words > 0 ? bench.Upload(new int[words]) : bench.Device.Memory.Allocate(4 * -words, "input");
            if (kernel == "use_after_free") bench.Device.Memory.Free(p);
            DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => bench.Launch(kernel, LaunchGeometry.Linear(blocks, threads, kernel == "shared_past_the_end" ? 128 : 0), p, n))!;
            Assert.That(fault.Kind, Is.EqualTo(kind), fault.Message);
            Assert.That(fault.Message, Does.Contain(what).And.Contain(why).And.Contain($"kernel {kernel}"));
            Assert.That(fault.Message, anyLine ? Does.Contain("broken.cu:") : Does.Contain($"broken.cu:{LineOf(kernel)}"));
            Assert.That(fault.Message, Does.Not.Contain('\n'));
        }
    }

    [Test]
    public void A_barrier_that_some_threads_never_reach_ends_by_the_budget()
    {
        using Bench bench = new("broken", new EmulatorOptions { InstructionBudget = 100_000 });
        ulong p = bench.Upload(new int[64]);
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => bench.Launch("barrier_in_branch", LaunchGeometry.Linear(1, 64), p, 32))!;
        Assert.That(fault.Kind, Is.EqualTo(DeviceFaultKind.InstructionBudget), fault.Message);
    }

    [Test]
    public void An_endless_loop_ends_by_the_budget()
    {
        using Bench bench = new("broken", new EmulatorOptions { InstructionBudget = 100_000 });
        ulong p = bench.Upload(new int[64]);
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => bench.Launch("endless", LaunchGeometry.Linear(1, 32), p, 32))!;
        Assert.That(fault.Kind, Is.EqualTo(DeviceFaultKind.InstructionBudget), fault.Message);
        Assert.That(fault.Message, Does.Contain("endless loop").And.Contain($"broken.cu:{LineOf("endless")}"));
    }

    [Test]
    public void A_write_to_the_parameters_is_caught()
    {
        using Bench bench = new("broken");
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => bench.Launch("write_to_parameters", LaunchGeometry.Linear(1, 32), (object)new byte[16]))!;
        Assert.That(fault.Kind, Is.EqualTo(DeviceFaultKind.WriteToConstant), fault.Message);
        Assert.That(fault.Message, Does.Contain("parameters").And.Contain($"broken.cu:{LineOf("write_to_parameters")}"));
    }

    [Test]
    public void A_cp_async_that_only_its_own_thread_has_waited_for_is_a_race_or_pending([Range(1, 5)] int seed)
    {
        using Bench bench = new("broken", new EmulatorOptions { Seed = seed });
        ulong p = bench.Upload(new int[384]);
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => bench.Launch("copy_without_barrier", LaunchGeometry.Linear(1, 64), p, 0))!;
        Assert.That(fault.Kind, Is.EqualTo(DeviceFaultKind.SharedRace).Or.EqualTo(DeviceFaultKind.AsyncCopyPending), fault.Message);
    }

    [TestCase("missing_barrier")]
    [TestCase("uninitialised_shared")]
    [TestCase("missing_syncwarp")]
    public void Checks_can_be_turned_off(string kernel)
    {
        using Bench bench = new("broken", new EmulatorOptions { Check = false });
        ulong p = bench.Upload(new int[256]);
        Assert.That(() => bench.Launch(kernel, LaunchGeometry.Linear(1, 32), p, 16), Throws.Nothing);
    }

    [Test]
    public void Without_checks_memory_that_nobody_wrote_is_poison()
    {
        using Bench bench = new("broken", new EmulatorOptions { Check = false });
        ulong p = bench.Allocate<int>(64);
        Assert.That(bench.Download<int>(p, 64), Is.All.EqualTo(-1), "global memory");
        bench.Launch("uninitialised_shared", LaunchGeometry.Linear(1, 64), p, 40);
        Assert.That(bench.Download<int>(p, 64), Is.EqualTo(Enumerable.Range(0, 64).Select(i => i < 40 ? 1 : -1)), "shared memory");
        bench.Device.Memory.Free(p);
        ulong again = bench.Allocate<int>(64);
        Assert.That((again == p, bench.Download<int>(again, 64).All(v => v == -1)), Is.EqualTo((false, true)), "memory after a free");
    }

    [TestCase("copy_without_wait")]
    [TestCase("copy_waits_too_little")]
    public void Without_checks_a_cp_async_that_was_not_waited_for_has_not_arrived(string kernel)
    {
        using Bench bench = new("broken", new EmulatorOptions { Check = false });
        ulong p = bench.Upload(Enumerable.Range(1, 256).ToArray());
        bench.Launch(kernel, LaunchGeometry.Linear(1, 32), p, 0);
        Assert.That(bench.Download<int>(p, 256).Where((_, i) => i % 4 == 0).Take(32), Is.All.EqualTo(-1), "what a thread has read is poison");
    }

    [Test]
    public void A_race_about_one_word_of_a_vector_is_caught([Values(0, 4, 8, 12)] int offset, [Range(1, 4)] int seed)
    {
        using EmulatedDevice device = new(new EmulatorOptions { Seed = seed });
        using PtxModule module = device.LoadModule($$"""
            .version 8.0
            .target sm_80
            .address_size 64
            .visible .entry word(.param .u64 p)
            {
                .reg .pred q;
                .reg .b32 r<8>;
                .reg .b64 a;
                ld.param.u64 a, [p];
                mov.u32 r0, %tid.x;
                setp.lt.u32 q, r0, 32;
                @q bra vector;
                setp.eq.u32 q, r0, 32;
                @q st.global.u32 [a+{{offset}}], r0;
                ret;
            vector:
                setp.eq.u32 q, r0, 0;
                @q ld.global.v4.u32 {r1, r2, r3, r4}, [a];
                ret;
            }
            """, "word.ptx");
        ulong p = device.Memory.Allocate(16, "words");
        device.Memory.Fill(p, 0, 4, 4);
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => device.Launch(module.GetFunction("word")!, LaunchGeometry.Linear(1, 64), BitConverter.GetBytes(p)))!;
        Assert.That(fault.Kind, Is.EqualTo(DeviceFaultKind.GlobalRace), fault.Message);
        Assert.That(fault.Message, Does.Contain($"(byte {offset} of 'words')"));
    }

    [Test]
    public void A_report_names_block_and_thread_in_three_dimensions()
    {
        using EmulatedDevice device = new();
        using PtxModule module = device.LoadModule("""
            .version 8.0
            .target sm_80
            .address_size 64
            .visible .entry corner(.param .u64 p)
            {
                .reg .pred q;
                .reg .b32 r<8>;
                .reg .b64 a;
                mov.u32 r0, %tid.x; mov.u32 r1, %tid.y; mov.u32 r2, %tid.z;
                mov.u32 r3, %ctaid.x; mov.u32 r4, %ctaid.y; mov.u32 r5, %ctaid.z;
                mad.lo.u32 r6, r1, 10, r0; mad.lo.u32 r6, r2, 100, r6;
                mad.lo.u32 r6, r3, 1000, r6; mad.lo.u32 r6, r4, 10000, r6; mad.lo.u32 r6, r5, 100000, r6;
                setp.ne.u32 q, r6, 312253;
                @q ret;
                ld.param.u64 a, [p];
                st.global.u32 [a], r6;
                ret;
            }
            """, "corner.ptx");
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => device.Launch(module.GetFunction("corner")!, new LaunchGeometry(3, 2, 4, 4, 6, 3, 0), BitConverter.GetBytes(24UL)))!;
        Assert.That(fault.Message, Does.StartWith("out of bounds: write of 4 bytes at 0x18; ").And.Contain("kernel corner at PTX line 16 (st.global.u32)").And.EndWith("block (2, 1, 3), thread (3, 5, 2)"));
    }

    private static int LineOf(string kernel) => Array.FindIndex(s_source, line => line.EndsWith("// " + kernel, StringComparison.Ordinal)) + 1;
}
