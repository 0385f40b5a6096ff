using Spa.Engine.Compute.Cpu;

namespace Spa.Engine.Tests.Compute;

public sealed unsafe class WorkerPoolTests
{
    [Test]
    public void Every_part_runs_exactly_once([Values(1, 2, 3, 5)] int threads, [Values(0, 1, 2, 7, 1000)] int parts)
    {
        using WorkerPool pool = new(threads);
        int[] runs = new int[parts + 1];
        fixed (int* p = runs) pool.Run(new CountJob(p), parts);
        Assert.That(runs[..parts], Is.All.EqualTo(1));
        Assert.That(runs[parts], Is.Zero);
        Assert.That(pool.Threads, Is.EqualTo(threads));
    }

    [Test]
    public void Many_tiny_jobs_with_pauses_between_them_lose_nothing([Values(2, 3)] int threads)
    {
        using WorkerPool pool = new(threads);
        int[] runs = new int[4];
        fixed (int* p = runs)
        {
            for (int job = 0; job < 20_000; job++)
            {
                pool.Run(new CountJob(p), 4);
                // Now and then long enough for the threads to park.
                if (job % 4000 == 0) Thread.Sleep(5);
            }
        }
        Assert.That(runs, Is.All.EqualTo(20_000));
    }

    [Test]
    public void An_exception_in_a_part_reaches_the_caller_and_the_pool_goes_on([Values(1, 2, 3)] int threads)
    {
        using WorkerPool pool = new(threads);
        int[] runs = new int[100];
        fixed (int* p = runs)
        {
            nint address = (nint)p;
            for (int round = 0; round < 50; round++)
                Assert.That(() => pool.Run(new FailingJob(round), 100), Throws.InvalidOperationException.With.Message.EqualTo($"part {round}"));
            pool.Run(new CountJob((int*)address), 100);
        }
        Assert.That(runs, Is.All.EqualTo(1));
    }

    [Test]
    public void A_job_inside_a_job_runs_on_its_own_thread([Values(1, 3)] int threads)
    {
        using WorkerPool pool = new(threads);
        int[] runs = new int[10];
        fixed (int* p = runs) pool.Run(new NestedJob(pool, p), 20);
        Assert.That(runs, Is.All.EqualTo(20));
    }

    [Test]
    public void A_failure_inside_a_nested_job_leaves_the_pool_usable()
    {
        using WorkerPool pool = new(2);
        Assert.That(() => pool.Run(new NestedFailingJob(pool), 8), Throws.InvalidOperationException);
        int[] runs = new int[8];
        fixed (int* p = runs) pool.Run(new CountJob(p), 8);
        Assert.That(runs, Is.All.EqualTo(1));
    }

    [Test]
    public void Dispose_ends_threads_that_spin_and_threads_that_sleep([Values] bool sleeping)
    {
        WorkerPool pool = new(4);
        pool.Run(new FailingJob(-1), 10);
        if (sleeping) Thread.Sleep(20);
        Assert.That(Task.Run(pool.Dispose).Wait(TimeSpan.FromSeconds(30)), Is.True, "the threads have ended");
    }

    private readonly struct CountJob(int* counts) : IJob
    {
        public void Execute(int index) => Interlocked.Increment(ref counts[index]);
    }

    private readonly struct FailingJob(int bad) : IJob
    {
        public void Execute(int index)
        {
            if (index == bad) throw new InvalidOperationException($"part {index}");
        }
    }

    private readonly struct NestedJob(WorkerPool pool, int* counts) : IJob
    {
        public void Execute(int index) => pool.Run(new CountJob(counts), 10);
    }

    private readonly struct NestedFailingJob(WorkerPool pool) : IJob
    {
        public void Execute(int index) => pool.Run(new FailingJob(1), 3);
    }
}
