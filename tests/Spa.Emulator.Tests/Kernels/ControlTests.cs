using System.Numerics;

namespace Spa.Emulator.Tests.Kernels;

[TestFixture]
internal sealed class ControlTests
{
    [Test]
    public void Lanes_that_diverge_in_a_called_loop_come_back_right()
    {
        const int N = 200;
        using Bench bench = new("control");
        ulong steps = bench.Allocate<int>(N), longest = bench.Allocate<int>(N);
        bench.Launch("diverge", LaunchGeometry.Linear(4, 64), steps, longest, N);
        int[] foundSteps = bench.Download<int>(steps, N), foundLongest = bench.Download<int>(longest, N);
        for (int i = 0; i < N; i++)
        {
            int most = 0, count = 0;
            if (i % 3 != 0)
            {
                for (int n = i + 1; n != 1; count++)
                {
                    n = n % 2 == 0 ? n / 2 : 3 * n + 1;
                    most = Math.Max(most, n);
                }
            }
            Assert.That((foundSteps[i], foundLongest[i]), Is.EqualTo((i % 3 == 0 ? -1 : count, most)), $"thread {i}");
        }
    }

    [Test]
    public void Switches_read_constants_globals_and_addresses_in_globals()
    {
        const int N = 300;
        int[] primes = [2, 3, 5, 7, 11, 13, 17, 19], offsets = [100, 200, 300, 400];
        using Bench bench = new("control");
        ulong y = bench.Allocate<int>(N);
        bench.Launch("choose", LaunchGeometry.Linear(5, 64), y, N);
        int[] found = bench.Download<int>(y, N);
        for (int i = 0; i < N; i++)
        {
            int expected = (i % 9) switch
            {
                0 => primes[i & 7],
                1 => offsets[i & 3],
                2 => i * 3,
                3 => -i,
                4 => offsets[1],
                5 => BitOperations.PopCount((uint)i) + BitOperations.LeadingZeroCount((uint)i),
                6 => Reverse(i),
                7 => i == 0 ? 0 : (BitOperations.TrailingZeroCount(i) + 1) * 1000,
                _ => i / 7 + i % 5,
            };
            Assert.That(found[i], Is.EqualTo(expected), $"thread {i}");
        }
    }

    [Test]
    public void Arrays_in_local_memory_belong_to_one_thread()
    {
        const int Rows = 70;
        using Bench bench = new("control");
        Random random = new(3);
        int[] x = [.. Enumerable.Range(0, Rows * 12).Select(_ => random.Next(-50, 50))];
        ulong from = bench.Upload(x), to = bench.Allocate<int>(x.Length);
        bench.Launch("local_sort", LaunchGeometry.Linear(3, 32), from, to, Rows);
        int[] expected = [.. Enumerable.Range(0, Rows).SelectMany(r => x.Skip(12 * r).Take(12).Order())];
        Assert.That(bench.Download<int>(to, x.Length), Is.EqualTo(expected));
    }

    [Test]
    public void Products_of_128_bits_use_carries()
    {
        const int N = 50;
        using Bench bench = new("control");
        Random random = new(4);
        ulong[] x = [.. Enumerable.Range(0, N).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
        ulong from = bench.Upload(x), to = bench.Allocate<ulong>(2 * N);
        bench.Launch("wide", LaunchGeometry.Linear(1, 64), from, to, N);
        ulong[] found = bench.Download<ulong>(to, 2 * N);
        for (int i = 0; i < N; i++)
        {
            UInt128 expected = (UInt128)x[i] * x[N - 1 - i] + x[0];
            Assert.That(new UInt128(found[2 * i + 1], found[2 * i]), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Printf_writes_to_the_options_output()
    {
        using StringWriter output = new();
        using Bench bench = new("control", new EmulatorOptions { Output = output });
        bench.Launch("say", LaunchGeometry.Linear(1, 32), 2);
        Assert.That(output.ToString(), Is.EqualTo("thread 0 of 32: 0.00 fine\nthread 1 of 32: 0.50 fine\n"));
    }

    private static int Reverse(int value)
    {
        uint result = 0;
        for (int i = 0; i < 32; i++) result |= ((uint)value >> i & 1) << 31 - i;
        return (int)result;
    }
}
